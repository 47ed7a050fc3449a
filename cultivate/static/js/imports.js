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

  // While a form is sent and worked on, its page asks how far that is. The answer takes the page away.
  const EVERY = 1000;

  const ask = async (form, box) => {
    const answer = await fetch(`/imports/progress?key=${encodeURIComponent(form.dataset.progress)}`, {
      headers: { Accept: "application/json" },
    });
    const state = answer.ok ? await answer.json() : null;
    if (!state) return;
    box.querySelector("[data-words]").textContent = state.words;
    const bar = box.querySelector("progress");
    if (state.total) {
      bar.max = state.total;
      bar.value = state.done;
    } else {
      bar.removeAttribute("value");
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-progress]");
    const box = form?.querySelector(".import-progress");
    if (!box || event.defaultPrevented) return;
    box.hidden = false;
    for (const button of form.elements) if (button.type === "submit") button.setAttribute("aria-disabled", "true");
    setInterval(() => ask(form, box).catch(() => {}), EVERY);
  });

  // A page that comes back from the browser's memory is not being worked on.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  // Another sheet or row of titles is shown at once.
  for (const form of document.querySelectorAll("form[data-send-on-change]")) {
    form.classList.add("sends-itself");
    form.addEventListener("change", () => form.requestSubmit());
  }

  // A year is only asked for figures of a year.
  const showYear = (select) => {
    const yearly = select.dataset.yearly.split(" ").includes(select.value);
    select.parentElement.querySelector(".import-year").hidden = !yearly;
    select.closest("tr").classList.toggle("is-left-out", !select.value);
  };
  for (const select of document.querySelectorAll("select[data-yearly]")) {
    showYear(select);
    select.addEventListener("change", () => showYear(select));
  }
})();
