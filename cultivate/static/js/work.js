// My work: what was done in a dialog leaves it.
(() => {
  "use strict";

  // what was asked for in a dialog is done: the section came anew, the dialog goes
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.closest("dialog") === null) document.querySelector("dialog[open]")?.close();
  });
})();
