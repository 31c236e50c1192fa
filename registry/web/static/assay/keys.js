// Keys. Only single ones outside of fields, never with a modifier, never Tab; they can be switched
// off (WCAG 2.1.4), and the choice is kept.

const OFF = "assay-keys-off";
const WAITS_MS = 1200; // for the second key of "g m"

const read = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };
let off = read();
let goes = 0; // until when a second key is awaited

function types(target) {
  return target.isContentEditable || target.closest("input, select, textarea, [role=combobox]");
}

function follow(element) {
  if (!element) return false;
  element.click();
  return true;
}

function find() {
  const field = document.querySelector("[data-find]");
  if (!field) return false;
  field.focus();
  field.select();
  return true;
}

// Arrows in a list, while one of its rows' links has the focus.
function step(target, by) {
  const list = target.closest("[data-rows]");
  if (!list) return false;
  const links = [...list.querySelectorAll("[data-row]")];
  const place = links.indexOf(target);
  if (place < 0) return false;
  links[Math.min(Math.max(place + by, 0), links.length - 1)].focus();
  return true;
}

const KEYS = {
  "/": find,
  "?": help,
  c: () => follow(document.querySelector("[data-key=c]")),
  y: () => follow(document.querySelector("[data-key=y]")),
  j: (target) => step(target, 1),
  k: (target) => step(target, -1),
};

document.addEventListener("keydown", (event) => {
  if (off || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!(event.target instanceof Element) || types(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const second = goes > event.timeStamp;
  goes = 0;
  let done = false;
  if (second) {
    done = follow(document.querySelector(`[data-go="${CSS.escape(event.key)}"]`));
  } else if (event.key === "g") {
    goes = event.timeStamp + WAITS_MS;
    done = true;
  } else if (Object.hasOwn(KEYS, event.key)) {
    done = KEYS[event.key](event.target);
  }
  if (done) event.preventDefault();
});

function row(keys, words) {
  const line = document.createElement("div");
  const dt = document.createElement("dt");
  for (const key of keys) {
    const kbd = document.createElement("kbd");
    kbd.textContent = key;
    dt.append(kbd, " ");
  }
  const dd = document.createElement("dd");
  dd.textContent = words;
  line.append(dt, dd);
  return line;
}

function rows() {
  const said = [row(["/"], "find a model"), row(["?"], "this help")];
  const compares = document.querySelector("[data-key=c]");
  if (compares) said.push(row(["c"], compares.dataset.says || "compare"));
  if (document.querySelector("[data-key=y]")) said.push(row(["y"], "go to the permanent address"));
  if (document.querySelector("[data-rows]")) {
    said.push(row(["j", "k"], "next and previous row, while a row has the focus"));
  }
  for (const link of document.querySelectorAll("[data-go]")) {
    said.push(row(["g", link.dataset.go], `go to ${link.textContent.trim()}`));
  }
  return said;
}

function help() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys panel";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keys";
  const list = document.createElement("dl");
  list.append(...rows());
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !off;
  box.addEventListener("change", () => {
    off = !box.checked;
    try { localStorage.setItem(OFF, off ? "1" : "0"); } catch { /* the choice holds for this page */ }
  });
  label.append(box, " Use these keys");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, list, label, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return true;
}

// Where keys were switched off, the help can be had by a click, too.
for (const button of document.querySelectorAll("[data-keys]")) {
  button.hidden = false;
  button.addEventListener("click", help);
}
