// The hint of the chosen kind of service stands in the field of what was done.
(() => {
  "use strict";

  const kind = document.querySelector("select#kind");
  const note = document.querySelector("textarea#note");
  if (!kind || !note) return;
  const show = () => { note.placeholder = kind.selectedOptions[0]?.dataset.hint || ""; };
  kind.addEventListener("change", show);
  show();
})();
