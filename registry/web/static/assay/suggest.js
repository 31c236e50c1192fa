// Names are offered while one types (the combobox pattern of ARIA). Without this file, and where
// the server has nothing to offer or is slow, the field is an ordinary one in an ordinary form.

const AFTER_MS = 150;

function combobox(field, number) {
  const list = document.createElement("ul");
  list.id = `suggestions-${number}`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  const told = document.createElement("span");
  told.className = "hidden";
  told.setAttribute("role", "status");
  field.after(list, told);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) field.setAttribute(name, value);

  let waits = 0;
  let asks = null;
  let chosen = -1;

  function choose(place) {
    const options = [...list.children];
    chosen = options.length ? (place + options.length + 1) % (options.length + 1) : -1;
    if (chosen === options.length) chosen = -1; // between the last and the first is the field
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) {
      field.removeAttribute("aria-activedescendant");
    } else {
      field.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    clearTimeout(waits);
    asks?.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function open(names, said, links) {
    list.replaceChildren(...names.map((name, at) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${at}`;
      option.setAttribute("role", "option");
      option.dataset.to = links[at];
      const word = document.createElement("bdi");
      word.textContent = name;
      const about = document.createElement("small");
      about.textContent = said[at];
      option.append(word, about);
      return option;
    }));
    list.hidden = !names.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    told.textContent = names.length ? `${names.length} suggestions` : "";
    choose(-1);
  }

  async function ask() {
    const text = field.value.trim();
    asks?.abort();
    if (!text) return close();
    asks = new AbortController();
    try {
      const address = `${field.dataset.suggest}?${new URLSearchParams({ q: text })}`;
      const answer = await fetch(address, { signal: asks.signal });
      if (!answer.ok) return close();
      const [, names, said, links] = await answer.json();
      if (field.value.trim() === text && document.activeElement === field) open(names, said, links);
    } catch {
      // Aborted by the next letter, or the server is away: the form still works.
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(ask, AFTER_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? list.children.length - 1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.to);
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.to);
  });
  field.addEventListener("blur", close);
}

document.querySelectorAll("input[data-suggest]").forEach(combobox);
