// A form with data-makes answers with a file: the page stays, says that it is being made, and is free again when
// the file is there. Without this script, and where something else comes than a file, the browser does it.
(() => {
  "use strict";

  const told = (answer) => answer.headers.get("Content-Disposition") ?? "";
  const isFile = (answer) => answer.ok && told(answer).startsWith("attachment");
  const nameOf = (answer) => {
    const coded = told(answer).match(/filename\*=UTF-8''([^;]+)/i);
    return coded ? decodeURIComponent(coded[1]) : (told(answer).match(/filename="?([^";]+)"?/i)?.[1] ?? "");
  };

  function give(content, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  function work(form, busy) {
    form.toggleAttribute("data-making", busy);
    form.setAttribute("aria-busy", String(busy));
    form.querySelector("[data-words]").hidden = !busy;
    for (const button of form.querySelectorAll("button")) button.disabled = busy;
  }

  async function make(form, body) {
    work(form, true);
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      if (!isFile(answer)) throw new Error("no file");
      give(await answer.blob(), nameOf(answer));
      work(form, false);
    } catch {
      work(form, false);
      form.submit();
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-makes]");
    if (!form) return;
    event.preventDefault();
    if (!form.hasAttribute("data-making")) make(form, new FormData(form));
  });
})();
