// The list of models answers while one types; without scripts the button does the same.
// htmx sends the form, takes the list out of the whole page that comes back, and keeps the address.

import htmx from "../vendor/htmx-4.0.1.esm.min.js";
import { localTimes } from "./assay.js";

htmx.config.includeIndicatorCSS = false;
htmx.config.noSwap = [204, 304, 429, 500, 502, 504];

// What is no list (too many questions, a fault) is shown as the page that it is.
document.addEventListener("htmx:after:request", ({ detail, target }) => {
  if (htmx.config.noSwap.includes(detail.ctx?.response?.status)) target.closest("form")?.submit();
});

// htmx takes nothing but the title out of a head: the lasting address of the search and its feed would
// stay those of the first one. Each is known by its kind and title.
const LINKS = 'link[rel="canonical"], link[rel="alternate"]';
const named = (link) => `${link.rel} ${link.title}`;

function followSearch(text) {
  const head = new DOMParser().parseFromString(text.split("</head>", 1)[0], "text/html").head;
  const fresh = new Map([...head.querySelectorAll(LINKS)].map((link) => [named(link), link]));
  for (const link of document.head.querySelectorAll(LINKS)) {
    const href = fresh.get(named(link))?.getAttribute("href");
    if (href) link.setAttribute("href", href);
  }
}

document.addEventListener("htmx:after:swap", ({ detail }) => {
  localTimes(document.getElementById("found"));
  followSearch(detail.ctx?.text ?? "");
});
