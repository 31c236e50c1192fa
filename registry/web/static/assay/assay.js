// Small comforts. Every page is whole without this file.

import "./keys.js";
import "./suggest.js";

document.documentElement.classList.add("js");

// Buttons that copy what stands in the element that they name.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copies]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(button.dataset.text ?? source.textContent.trim());
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy";
    getSelection().selectAllChildren(source);
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1600);
});

// Links to a text copy it; whoever wants the text itself opens the link elsewhere.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-copies-from]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href);
    await navigator.clipboard.writeText(await answer.text());
    link.dataset.words ??= link.textContent;
    link.textContent = "Copied";
    setTimeout(() => { link.textContent = link.dataset.words; }, 1600);
  } catch {
    location.assign(link.href);
  }
});

// Colours change where the reader is, without another page.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-look]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  document.documentElement.dataset.theme = chosen;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
  fetch(form.action, {
    method: "POST",
    redirect: "manual",
    keepalive: true, // the reader may follow a link before the answer is here
    body: new URLSearchParams({ theme: chosen }),
  }).catch(() => {});
});

// Times are written in UTC; the reader's own time is in the tooltip.
const local = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
export function localTimes(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) time.title = local.format(at);
  }
}
localTimes(document);
