// Lists: all rows of the filter, an act on the row one stands on, the order of columns.
(() => {
  "use strict";

  const form = document.getElementById("list-form");
  const whole = document.querySelector("[data-select-filter]");
  // of the board they stand outside the form and name it
  const isBox = (field) => field.form === form && field.matches("input[data-select]");
  const boxes = () => [...(form?.elements ?? [])].filter(isBox);

  // one box taken out of "all of the list" leaves the page's other boxes
  document.addEventListener("change", (event) => {
    if (!whole) return;
    if (event.target === whole && whole.checked) {
      for (const box of boxes()) box.checked = true;
    } else if ((isBox(event.target) || event.target.matches("[data-select-all]")) && !event.target.checked) {
      whole.checked = false;
    }
    if (whole.checked) {
      for (const place of document.querySelectorAll("[data-selected]")) place.textContent = whole.dataset.total;
    }
  });

  // m and the buttons act on what is ticked, else on the row one stands on
  form?.addEventListener("submit", (event) => {
    if (boxes().some((box) => box.checked)) return;
    const box = document.querySelector(".is-at input[data-select]");
    if (box) box.checked = true;
    else event.preventDefault();
  });

  // of "all of the list" the single rows need not be sent
  form?.addEventListener("formdata", (event) => {
    if (event.formData.get("all")) event.formData.delete("row");
  });

  document.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-up], [data-down]");
    if (!mover) return;
    const item = mover.closest("li");
    const other = mover.hasAttribute("data-up") ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (mover.hasAttribute("data-up")) other.before(item);
    else other.after(item);
    mover.focus();
  });
})();
