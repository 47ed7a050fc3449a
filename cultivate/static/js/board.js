// The board: a card is moved by dragging, by keys or by its menu; every way sends the same step and shows its answer.
(() => {
  "use strict";

  const board = document.getElementById("board");
  let dragged = null;
  let chosen = null; // whose menu is open
  let answering = false; // what comes next is the answer to a step
  const arrived = new Set(); // "card@stage": stands on top of a column though its own place is elsewhere

  const columns = () => [...board.querySelectorAll("[data-column]")];
  const cardsOf = (column) => [...column.querySelectorAll("[data-row]:not([hidden])")];
  const cardAt = () => board.querySelector(".is-at");
  const key = (card, column) => `${card.dataset.card}@${column.dataset.column}`;

  function stand(card) {
    cardAt()?.classList.remove("is-at");
    card.classList.add("is-at");
    (card.querySelector("a") || card.querySelector("button, input"))?.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // ---- one step, one address: with all filters, as the answer counts by them

  function send(card, to) {
    if (!board.dataset.moves || card.classList.contains("is-moving")) return;
    card.classList.add("is-moving");
    window.htmx.ajax("POST", board.dataset.moves + location.search, {
      source: card,
      swap: "none",
      values: { step: `${card.dataset.card}.${card.dataset.version}.${to}`, source: card.dataset.stage },
    });
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    answering = !event.detail.elt.matches("[data-more]");
  });
  document.addEventListener("htmx:afterRequest", (event) => event.detail.elt.classList?.remove("is-moving"));

  // ---- dragging

  const columnOf = (event) => event.target.closest?.("[data-column]");
  function over(column) {
    for (const each of columns()) each.classList.toggle("is-over", each === column);
  }
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-card]");
    if (!dragged) return;
    event.dataTransfer.setData("text/plain", dragged.querySelector(".board-card-name").textContent);
    event.dataTransfer.effectAllowed = "move";
    dragged.classList.add("is-dragged");
  });
  board.addEventListener("dragover", (event) => {
    if (!dragged || !columnOf(event)) return;
    event.preventDefault();
    over(columnOf(event));
  });
  board.addEventListener("drop", (event) => {
    const column = columnOf(event);
    if (!dragged || !column) return;
    event.preventDefault();
    if (column.dataset.column !== dragged.dataset.stage) send(dragged, column.dataset.column);
  });
  board.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    over(null);
  });

  // ---- the menu of a card, for m and for fingers

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-card] [data-opens]");
    if (opener) {
      chosen = opener.closest("[data-card]");
      const named = document.querySelector(`#${opener.dataset.opens} [data-named]`);
      named.textContent = chosen.querySelector(".board-card-name").textContent;
      document.querySelector(`#${opener.dataset.opens} [data-to]`)?.focus();
    }
    const way = event.target.closest("dialog [data-to]");
    if (way && chosen) {
      way.closest("dialog").close();
      send(chosen, way.dataset.to);
    }
    if (event.target.closest("[data-dismiss]")) event.target.closest(".board-notice").remove();
  });

  // ---- keys that the other lists do not have; j k x Enter are theirs

  function aside(by) {
    const at = cardAt();
    const filled = columns().filter((column) => cardsOf(column).length && column.offsetParent);
    const place = filled.indexOf(at?.closest("[data-column]"));
    const next = cardsOf(filled[Math.min(Math.max(at ? place + by : 0, 0), filled.length - 1)] ?? board);
    const row = at ? cardsOf(at.closest("[data-column]")).indexOf(at) : 0;
    if (next.length) stand(next[Math.min(row, next.length - 1)]);
  }
  // what is ticked goes before the card one stands on; without either there is nothing to move
  function move() {
    const ticked = document.querySelector("input[data-select]:checked");
    (ticked ? document.querySelector("[data-select-bar] [data-key=m]") : cardAt()?.querySelector("[data-key=m]"))?.click();
  }
  const KEYS = { h: () => aside(-1), l: () => aside(1), ArrowLeft: () => aside(-1), ArrowRight: () => aside(1), m: move };

  document.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }, true);

  // ---- what came from the server finds its place

  // a card that came back goes to where it was; one that is new in a column stands on top of it
  function place(card) {
    for (const twin of document.querySelectorAll(`[id="${card.id}"]`)) {
      if (twin === card) continue; // further cards brought it at its own place
      arrived.delete(key(card, twin.closest("[data-column]")));
      twin.remove();
    }
    const from = card.closest("[data-column]");
    const to = board.querySelector(`[data-column="${card.dataset.stage}"]`);
    if (to && to !== from) {
      const kept = to.querySelector(`[data-kept="${card.dataset.card}"]`);
      if (!arrived.delete(key(card, from))) {
        const mark = document.createElement("li");
        mark.hidden = true;
        mark.dataset.kept = card.dataset.card;
        card.before(mark);
      }
      if (kept) kept.replaceWith(card);
      else {
        arrived.add(key(card, to));
        to.querySelector("[data-list]").prepend(card);
      }
    }
    if (answering && card.offsetParent) stand(card);
  }
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.matches?.("[data-card]")) place(event.detail.elt);
  });

  // further cards begin behind those that stand at their own place
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches("[data-more]")) return;
    const column = event.detail.elt.closest("[data-column]");
    event.detail.parameters.shown = cardsOf(column).filter((card) => !arrived.has(key(card, column))).length;
  });

  // ---- a phone shows one column; which one stands in the address

  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const each of document.querySelectorAll("[data-tab]")) {
      if (each === tab) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
    for (const column of columns()) column.classList.toggle("is-chosen", column.dataset.column === tab.dataset.tab);
    history.replaceState(null, "", tab.href);
  });
})();
