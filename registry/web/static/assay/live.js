// Pages of what is under way keep themselves up to date.

import { localTimes } from "./assay.js";

const said = document.createElement("p");
said.className = "hidden";
said.setAttribute("role", "status");
document.body.append(said);
let panel, source, waits;

// What hides, or turns text around, as the server writes it.
const unseen = (sign) => `[U+${sign.codePointAt().toString(16).toUpperCase().padStart(4, "0")}]`;
const plain = (text) => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, unseen);

function show(moves) {
  if (!panel) return;
  panel.querySelector("[data-still]").hidden = moves;
  panel.querySelector("[data-moves]").hidden = !moves;
}

function end() {
  source?.close();
  clearTimeout(waits);
}

function tell(row) {
  const bar = panel.querySelector("progress");
  if (row.total !== undefined && !row.total === !!bar) return again();
  if (bar && row.total) {
    bar.max = row.total;
    bar.value = row.progress;
  }
  for (const part of panel.querySelectorAll("[data-live]")) {
    const name = part.dataset.live, value = row[name];
    if (typeof value === "number") part.textContent = value.toLocaleString("en-US");
    else if (name === "note") part.textContent = plain(value ?? part.textContent);
    else if (value) part.textContent = plain(value[0].toUpperCase() + value.slice(1));
  }
}

// Not all who read a page ask for it in one moment.
function again() {
  end();
  waits = setTimeout(() => refresh().catch(() => show(false)), Math.random() * 800);
}

async function refresh() {
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = document.getElementById("content");
  const state = () => main.querySelector(".state")?.textContent;
  const before = state();
  const had = main.contains(document.activeElement);
  main.replaceChildren(...page.getElementById("content").childNodes);
  document.title = page.title;
  localTimes(main);
  if (had) main.focus({ preventScroll: true });
  if (state() !== before) said.textContent = `Now: ${state()}`;
  begin();
}

function begin() {
  panel = document.querySelector("[data-events]");
  if (!panel || document.hidden) return;
  source = new EventSource(panel.dataset.events);
  const on = (name, act) => source.addEventListener(name, ({ data }) => act(JSON.parse(data)));
  on("progress", tell);
  on("state", (row) => ((row.status ?? row.state) === panel.dataset.state ? tell(row) : again()));
  on("end", again);
  on("expired", again);
  source.onopen = () => show(true);
  source.onerror = () => { if (source.readyState === 2) show(false); }; // closed
  panel.querySelector("[data-moves] button").onclick = () => {
    end();
    show(false);
    panel.querySelector("[data-still] a").focus();
    panel = null; // for good
  };
}

document.addEventListener("visibilitychange", () => {
  if (!panel) return;
  (document.hidden ? end : again)();
});
begin();
