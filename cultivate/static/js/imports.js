// A file may be dropped anywhere on the frame around its field; without this script, on the field itself.
(() => {
  "use strict";

  const frameOf = (event) => event.target.closest?.(".import-drop");

  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      const frame = frameOf(event);
      if (!frame) return;
      event.preventDefault();
      frame.classList.add("is-over");
    });
  }

  document.addEventListener("dragleave", (event) => {
    const frame = frameOf(event);
    if (frame && !frame.contains(event.relatedTarget)) frame.classList.remove("is-over");
  });

  document.addEventListener("drop", (event) => {
    const frame = frameOf(event);
    if (!frame) return;
    frame.classList.remove("is-over");
    const field = frame.querySelector("input[type=file]");
    if (event.target === field || !event.dataTransfer.files.length) return; // the browser does it
    event.preventDefault();
    field.files = event.dataTransfer.files;
  });
})();
