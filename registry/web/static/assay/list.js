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

document.addEventListener("htmx:after:swap", () => localTimes(document.getElementById("found")));
