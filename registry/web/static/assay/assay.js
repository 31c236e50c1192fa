// Small comforts. Every page is whole without this file.

document.documentElement.classList.add("js");

// Buttons that copy what stands in the element that they name.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copies]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy";
    getSelection().selectAllChildren(source);
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1600);
});

// Times are written in UTC; the reader's own time is in the tooltip.
const local = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.valueOf())) time.title = local.format(at);
}
