// Firms under the search field while one types. Without this script the field sends its form as ever.
(() => {
  "use strict";

  const PAUSE = 120;
  const field = document.getElementById("search");
  const box = document.getElementById("search-box");
  const count = document.getElementById("search-count");
  if (!field || !box) return;

  let timer = 0;
  let asking = null;
  let shown = null; // the text that the box answers
  const options = () => [...box.querySelectorAll("[role=option]")];
  const active = () => box.querySelector("[aria-selected=true]");
  const isOpen = () => !box.hidden;

  function open() {
    box.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }

  function close() {
    clearTimeout(timer);
    asking?.abort();
    box.hidden = true;
    field.setAttribute("aria-expanded", "false");
    mark(null);
  }

  function mark(option) {
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  // past either end is the field itself, where Enter shows the whole list
  function step(by) {
    const all = options();
    const at = all.indexOf(active());
    const next = at < 0 && by < 0 ? all.length - 1 : at + by;
    mark(all[next] || null);
  }

  async function ask() {
    const text = field.value.trim();
    asking?.abort();
    if (!text) {
      shown = null;
      return close();
    }
    if (text === shown) return open();
    asking = new AbortController();
    try {
      const answer = await fetch(`${field.dataset.search}?q=${encodeURIComponent(text)}`, {
        headers: { "X-Piece": "search" },
        signal: asking.signal,
        redirect: "error", // logged out in the meantime: no page into the box
      });
      if (!answer.ok) return close();
      const piece = await answer.text();
      if (field.value.trim() !== text || document.activeElement !== field) return;
      box.innerHTML = piece;
      shown = text;
      field.removeAttribute("aria-activedescendant");
      count.textContent = box.querySelector("[data-count]").dataset.count;
      open();
    } catch (error) {
      if (error.name !== "AbortError") close(); // no signal: the form still works
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  const KEYS = {
    ArrowDown: () => (isOpen() ? step(1) : later()),
    ArrowUp: () => isOpen() && step(-1),
    Enter: (event) => {
      if (!isOpen() || !active()) return false;
      event.preventDefault();
      active().click();
      return false;
    },
    // the browser would empty the field
    Escape: (event) => {
      event.preventDefault();
      if (isOpen()) {
        event.stopPropagation();
        close();
      }
    },
    Tab: () => {
      close();
      return false;
    },
  };

  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !KEYS[event.key]) return;
    if (KEYS[event.key](event) !== false) event.preventDefault();
  });
  field.addEventListener("input", (event) => { if (!event.isComposing) later(); });
  field.addEventListener("compositionend", later);
  field.addEventListener("focus", () => { if (field.value.trim() && field.value.trim() === shown) open(); });
  box.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  document.addEventListener("click", (event) => {
    if (!field.form.contains(event.target)) close();
  });
  window.addEventListener("pageshow", close);
})();
