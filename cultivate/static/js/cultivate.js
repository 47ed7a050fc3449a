// Keyboard, dialogs, menus, selection and long choices: the one script of every page.
(() => {
  "use strict";

  const GOES = { o: "overview", p: "pipeline", w: "work", f: "firms" };
  const PLACES = { overview: "/", pipeline: "/pipeline", work: "/work", firms: "/firms" };
  let waitsForPlace = false;

  const isTyping = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
  const openDialog = () => document.querySelector("dialog[open]");
  const rowAt = () => document.querySelector(".is-at");
  // of the board the column one stands in
  const rows = () => [...(rowAt()?.closest("[data-column]") ?? document).querySelectorAll("[data-list] tbody tr, [data-list] > [data-row]:not([hidden])")];

  function show(id) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
  }

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(rowAt());
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    all.forEach((row) => row.classList.toggle("is-at", row === next));
    const link = next.querySelector("a") || next.querySelector("button, input");
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function select() {
    const box = rowAt()?.querySelector("input[type=checkbox]");
    if (box) box.click();
  }

  // m: the page's own act, or the selected row's: any element that says data-key="m"
  function press(key) {
    const target = rowAt()?.querySelector(`[data-key="${key}"]`) || document.querySelector(`[data-key="${key}"]`);
    if (target) target.click();
    return Boolean(target);
  }

  const KEYS = {
    "/": () => document.getElementById("search")?.focus(),
    "?": () => show("shortcuts"),
    j: () => step(1),
    k: () => step(-1),
    x: select,
    g: () => {
      waitsForPlace = true;
      setTimeout(() => { waitsForPlace = false; }, 1500);
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return leave(event);
    if (isTyping(event.target) || openDialog()) return;
    if (waitsForPlace && GOES[event.key]) {
      event.preventDefault();
      location.assign(PLACES[GOES[event.key]]);
      return;
    }
    const act = KEYS[event.key];
    if (act) {
      event.preventDefault();
      act();
    } else if (event.key.length === 1 && press(event.key)) {
      event.preventDefault();
    }
  });

  // a <dialog> closes by Esc on its own and keeps what was typed; menus and the search box are ours
  function leave(event) {
    const menu = document.querySelector("details.menu[open], details.bottom-more[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.target.id === "search") {
      event.target.blur();
    }
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      opener.closest("details.menu")?.removeAttribute("open");
      show(opener.dataset.opens);
    }
    const closer = event.target.closest("[data-closes]");
    if (closer) document.getElementById(closer.dataset.closes)?.close();
    if (event.target instanceof HTMLDialogElement) event.target.close();
    for (const menu of document.querySelectorAll("details.menu[open], details.bottom-more[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    if (event.target.closest("[data-print]")) window.print();
    const copier = event.target.closest("[data-copies]");
    if (copier) navigator.clipboard?.writeText(document.getElementById(copier.dataset.copies).textContent.trim());
  });

  // a list with boxes: [data-list] around it, [data-select-all] in its head, .select-bar with [data-selected] for the count
  function countSelected() {
    const boxes = [...document.querySelectorAll("[data-list] input[name=id], [data-list] input[data-select]")];
    const chosen = boxes.filter((box) => box.checked).length;
    for (const bar of document.querySelectorAll("[data-select-bar]")) bar.hidden = chosen === 0;
    for (const place of document.querySelectorAll("[data-selected]")) place.textContent = String(chosen);
  }

  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-select-all]");
    if (all) {
      for (const box of all.closest("[data-list]").querySelectorAll("tbody input[type=checkbox]")) box.checked = all.checked;
    }
    countSelected();
    if (event.target.closest("[data-submits]")) event.target.form.requestSubmit();
  });

  // a second click on a button that writes must not write twice
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post" || event.target.dataset.sent) {
      if (event.target.dataset.sent) event.preventDefault();
      return;
    }
    event.target.dataset.sent = "yes";
    setTimeout(() => { delete event.target.dataset.sent; }, 5000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    countSelected();
  });

  // long choices ask for Tom Select by data-choose; the page loads its script
  function enhance(root) {
    if (!window.TomSelect) return;
    for (const field of root.querySelectorAll("select[data-choose]:not(.tomselected)")) {
      new window.TomSelect(field, { maxOptions: 200, plugins: field.multiple ? ["remove_button"] : [] });
    }
  }

  // what scrolls sideways in its box is reached by the keyboard as well
  function reach() {
    for (const box of document.querySelectorAll(".table-box, .tabs, .board")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  window.addEventListener("resize", reach);
  document.addEventListener("DOMContentLoaded", () => {
    enhance(document);
    reach();
    document.querySelector(".error-summary")?.focus();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    enhance(event.target);
    reach();
    countSelected();
  });
  // an undo that is offered for some seconds, also in what comes in place
  function end(offer) {
    const until = Date.now() + Number(offer.dataset.ends) * 1000;
    const clock = offer.querySelector("[data-seconds]");
    offer.dataset.ending = "";
    const timer = setInterval(() => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (clock) clock.textContent = String(Math.max(left, 0));
      if (left <= 0 || !offer.isConnected) {
        clearInterval(timer);
        offer.remove();
      }
    }, 500);
  }
  const endOffers = () => document.querySelectorAll("[data-ends]:not([data-ending])").forEach(end);
  document.addEventListener("htmx:afterSettle", endOffers);
  endOffers();

  // a piece of the page that did not come: say so where it is seen, and leave everything as it was typed
  function trouble(kind) {
    const box = document.getElementById("trouble");
    for (const line of box.children) line.hidden = line.dataset.trouble !== kind;
    box.hidden = !kind;
    if (kind) box.scrollIntoView({ block: "nearest" });
  }
  const isQuiet = (event) => event.target.hasAttribute("data-quiet"); // a look-up while one types
  document.addEventListener("htmx:responseError", (event) => {
    if (!isQuiet(event)) trouble(event.detail.xhr.status === 401 ? "login" : "refused");
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!isQuiet(event)) trouble("signal");
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.successful) trouble(null);
  });
  // a refused form comes back as 422 with its errors: show it
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422 || event.detail.xhr.status === 409) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
})();
