// Papers of a firm: files chosen or dropped are sent one after another, with their place in the row; each refusal
// stands beside its file. Without this script the form sends them all at once.
(() => {
  "use strict";

  const form = document.querySelector("form[data-papers]");
  if (!form || !window.fetch) return;
  const state = form.querySelector(".paper-state");
  const chooser = form.querySelector("input[type=file]");
  const MOST = 50 * 1024 * 1024;
  let busy = false;

  function say(text, bad) {
    const line = document.createElement("p");
    line.textContent = text;
    if (bad) line.className = "notice notice-bad";
    state.append(line);
  }

  async function one(file) {
    const small = await window.pictures.shrink(file);
    if (small.size > MOST) return form.dataset.large;
    const body = new FormData();
    body.append("kind", form.elements.kind.value);
    body.append("file", small);
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": form.dataset.token },
    });
    if (answer.ok && !answer.redirected) return null;
    const said = await answer.json().catch(() => null);
    return (said && said.error && said.error.message) || form.dataset.refused;
  }

  async function send(files) {
    if (busy || !files.length) return;
    busy = true;
    state.replaceChildren();
    let refused = 0;
    for (const [index, file] of files.entries()) {
      const words = form.dataset.sending.replace("{n}", String(index + 1)).replace("{total}", String(files.length));
      say(`${words} ${file.name}`);
      let problem;
      try {
        problem = await one(file);
      } catch {
        problem = form.dataset.failed;
      }
      state.lastElementChild.remove();
      if (problem) {
        refused += 1;
        say(`${file.name}${form.dataset.colon}${problem}`, true);
      }
    }
    busy = false;
    form.reset();
    if (!refused) {
      location.hash = "papers";
      location.reload();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send([...chooser.files]);
  });
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    send([...event.dataTransfer.files]);
  });
})();
