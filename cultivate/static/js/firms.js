// A proven credit code that the check offers goes into its field with one click.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    const offer = event.target.closest("[data-fill]");
    if (!offer) return;
    const field = document.getElementById(offer.dataset.fill);
    field.value = offer.dataset.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
})();
