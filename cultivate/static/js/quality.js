// Ticks all boxes of a page at once, or none when all are ticked.
"use strict";
for (const button of document.querySelectorAll("[data-ticks]")) {
  button.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll(`input[type="checkbox"][name="${button.dataset.ticks}"]`)];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}
