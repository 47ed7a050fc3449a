// The screen of the field: what is typed is kept on the phone as it is typed; what is sent waits there until the
// server has said that it has it. Without this script, or without a store in the browser, it is a plain form.
(() => {
  "use strict";

  const form = document.getElementById("field-form");
  const queue = self.fieldQueue;
  if (!form || !queue || !window.indexedDB || !window.fetch) return;

  const { user } = form.dataset;
  const words = JSON.parse(document.getElementById("field-words").textContent);
  const state = document.getElementById("field-state");
  const list = document.getElementById("field-list");
  const count = document.getElementById("field-count");
  const look = document.getElementById("field-look");
  const fields = form.elements;
  const street = `field-street-${user}`;
  const CODE = /^[0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{18}$/;
  const AGAIN = 20000;
  const SEEN = 24 * 3600 * 1000;
  let key = newKey();
  let photo = null;
  let shrinking = Promise.resolve();
  let sending = false;

  // crypto.randomUUID is there on secure addresses only
  function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // ---- the form and its draft ----

  const controls = () => [...fields].filter((field) => field.name && !["csrf_token", "key", "photo"].includes(field.name));

  function values() {
    const said = [];
    for (const field of controls()) {
      if (field.type !== "checkbox" || field.checked) said.push([field.name, field.value]);
    }
    return said;
  }

  function fill(said) {
    for (const field of controls()) {
      if (field.type === "checkbox") field.checked = said.some(([name, value]) => name === field.name && value === field.value);
      else field.value = (said.find(([name]) => name === field.name) || ["", ""])[1];
    }
    document.getElementById("field-confirm").hidden = !fields.confirm_name.checked;
  }

  const untouched = () => !photo && !["name", "uscc", "contact_name", "contact_phone", "note", "service_note", "found", "promised", "follow_up", "need_text"].some((name) => fields[name].value.trim());
  const draft = () => ({ user, key, values: values(), photo });

  function keepDraft() {
    (untouched() ? queue.forgetDraft(user) : queue.writeDraft(draft())).catch(() => {});
  }

  function reset() {
    form.reset();
    key = newKey();
    setPhoto(null);
    clearProblems();
    document.getElementById("field-confirm").hidden = true;
    document.getElementById("firm-check").replaceChildren();
    if (!fields.street.value) fields.street.value = localStorage.getItem(street) || "";
  }

  function setPhoto(made) {
    photo = made;
    const old = look.querySelector("img");
    if (old) URL.revokeObjectURL(old.src);
    look.hidden = !made;
    look.querySelector("span").replaceChildren();
    if (!made) {
      fields.photo.value = "";
      return;
    }
    const image = document.createElement("img");
    image.src = URL.createObjectURL(new Blob([made.content], { type: made.type }));
    image.alt = words.photo;
    look.querySelector("span").append(image);
  }

  async function takePhoto(file) {
    const small = await window.pictures.shrink(file);
    setPhoto({ name: small.name || "licence.jpg", type: small.type, content: await small.arrayBuffer() });
    keepDraft();
  }

  // ---- what is wrong ----

  function clearProblems() {
    for (const each of form.querySelectorAll(".field-error, .field-offer")) each.remove();
    for (const each of form.querySelectorAll("[aria-invalid]")) {
      each.removeAttribute("aria-invalid");
      each.removeAttribute("aria-describedby");
      each.classList.remove("is-invalid");
    }
  }

  function problem(name, message) {
    const line = document.createElement("p");
    line.className = "field-error";
    line.textContent = message;
    const control = name && document.getElementById(name);
    if (!control) {
      form.prepend(line);
      line.tabIndex = -1;
      return line;
    }
    line.id = `${name}-error`;
    control.before(line);
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", line.id);
    control.classList.add("is-invalid");
    const fold = control.closest("details");
    if (fold) fold.open = true;
    return control;
  }

  function offer(after, made) {
    const line = document.createElement("p");
    line.className = "field-offer";
    line.append(made);
    document.getElementById(after).after(line);
  }

  function showRefusal(said) {
    clearProblems();
    const problems = said.problems && said.problems.length ? said.problems : [{ field: null, message: words.status[said.status] || words.refused }];
    const first = problems.map((each) => problem(each.field, each.message))[0];
    if (said.suggestion) {
      const use = document.createElement("button");
      use.type = "button";
      use.className = "btn";
      use.dataset.fill = "uscc";
      use.dataset.value = said.suggestion;
      use.textContent = words.use.replace("{code}", said.suggestion);
      offer("uscc", use);
    }
    if (said.known) {
      const link = document.createElement("a");
      link.href = said.known;
      link.textContent = words.known;
      offer("uscc", link);
    }
    if (said.same_name) document.getElementById("field-confirm").hidden = false;
    first.focus();
  }

  // ---- what waits ----

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  function row(entry) {
    const line = document.createElement("li");
    line.className = `field-entry is-${entry.state}`;
    line.dataset.state = entry.state;
    const text = document.createElement("div");
    const title = entry.state === "sent" ? document.createElement("a") : document.createElement("b");
    title.textContent = entry.title;
    if (entry.state === "sent") title.href = entry.answer.href;
    const note = document.createElement("div");
    note.className = "muted";
    note.textContent = said(entry);
    text.append(title, note);
    line.append(text);
    if (entry.state === "sent") {
      line.append(button(words.seen, () => act(queue.drop(entry.key))));
    } else {
      line.append(button(words.change, () => change(entry)));
    }
    return line;
  }

  function said(entry) {
    if (entry.state === "sent") return entry.answer.changed ? words.changed : words.sent;
    if (entry.state === "refused") return (entry.answer.problems || []).map((each) => each.message).join(" ") || words.status[entry.answer.status] || words.refused;
    return words.waits;
  }

  async function act(done) {
    await done;
    await draw();
  }

  // back into the form, unless something else is being typed there
  async function change(entry) {
    if (!untouched()) {
      state.textContent = words.busy;
      return;
    }
    await queue.takeBack(entry, { user, key: entry.key, values: entry.values, photo: entry.photo });
    open(entry);
    await draw();
    if (entry.state === "refused") showRefusal(entry.answer);
    else fields.name.focus();
  }

  function open(entry) {
    reset();
    key = entry.key;
    fill(entry.values);
    setPhoto(entry.photo);
  }

  async function draw() {
    const entries = await queue.listOf(user);
    for (const old of entries.filter((entry) => entry.state === "sent" && Date.now() - entry.at > SEEN)) await queue.drop(old.key);
    list.replaceChildren(...entries.map(row));
    const waiting = entries.filter((entry) => entry.state === "waiting").length;
    count.textContent = waiting ? words.waiting.replace("{n}", String(waiting)) : "";
    const box = document.getElementById("field-queue");
    box.hidden = entries.length === 0;
    box.classList.toggle("is-done", entries.every((entry) => entry.state === "sent"));
    return { entries, waiting };
  }

  // ---- sending ----

  async function flush() {
    const before = await draw();
    if (!before.waiting) {
      state.textContent = navigator.onLine ? "" : words.offline;
      await giveBack(before.entries);
      return;
    }
    state.textContent = navigator.onLine ? words.sending : words.offline;
    const { how, user: whose } = await queue.flush();
    const { entries, waiting } = await draw();
    if (how === "login") sayLogin();
    else if (whose && whose !== user) state.textContent = words.other;
    else if (waiting) state.textContent = navigator.onLine && how !== "later" ? words.sending : words.offline;
    else state.textContent = "";
    if (how === "busy") setTimeout(flush, 1500);
    await giveBack(entries);
  }

  // the worker may have sent it while the page waited: either way what was refused comes back to be corrected
  async function giveBack(entries) {
    const refused = entries.find((entry) => entry.state === "refused");
    if (refused && untouched()) await change(refused);
  }

  function sayLogin() {
    const link = document.createElement("a");
    link.href = "/field";
    link.textContent = words.login;
    state.replaceChildren(`${words.expired} `, link);
  }

  async function submit() {
    await shrinking;
    clearProblems();
    if (!fields.name.value.trim()) {
      problem("name", fields.uscc.value.trim() ? words.name_missing : words.nothing).focus();
      return;
    }
    if (!fields.street.value) {
      problem("street", words.street).focus();
      return;
    }
    const title = fields.name.value.trim();
    localStorage.setItem(street, fields.street.value);
    await queue.enqueue({ key, user, at: Date.now(), state: "waiting", title, values: values(), photo });
    reset();
    state.textContent = words.kept;
    fields.name.focus({ preventScroll: true });
    window.scrollTo(0, 0);
    wake();
    await flush();
  }

  // lets the browser send it even after the page was closed, where it knows how
  function wake() {
    if (!navigator.serviceWorker) return;
    navigator.serviceWorker.ready.then((worker) => worker.sync && worker.sync.register(queue.TAG)).catch(() => {});
  }

  // ---- start ----

  async function start() {
    const kept = await queue.readDraft(user);
    if (!form.dataset.refused) {
      if (kept) open(kept);
      else if (!fields.street.value) fields.street.value = localStorage.getItem(street) || "";
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      submit().catch(() => { state.textContent = words.failed; }).finally(() => { sending = false; });
    });
    form.addEventListener("input", (event) => {
      if (event.target === fields.name && !fields.uscc.value && CODE.test(fields.name.value.trim())) {
        fields.uscc.value = fields.name.value.trim().toUpperCase();
        fields.name.value = "";
        fields.uscc.dispatchEvent(new Event("change", { bubbles: true }));
      }
      // a whole code is looked up at once: who has the firm already is said before anything else is typed
      if (event.target === fields.uscc && CODE.test(fields.uscc.value.trim())) {
        fields.uscc.dispatchEvent(new Event("change", { bubbles: true }));
      }
      keepDraft();
    });
    document.getElementById("firm-check").addEventListener("htmx:beforeRequest", (event) => {
      if (!navigator.onLine) event.preventDefault();
    });
    form.addEventListener("change", (event) => {
      if (event.target !== fields.photo) {
        keepDraft();
      } else if (fields.photo.files.length) {
        shrinking = takePhoto(fields.photo.files[0]);
      }
    });
    document.getElementById("field-unphoto").addEventListener("click", () => { setPhoto(null); keepDraft(); });

    window.addEventListener("online", flush);
    window.addEventListener("offline", () => { state.textContent = words.offline; });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
    setInterval(flush, AGAIN);
    if (navigator.serviceWorker) {
      navigator.serviceWorker.addEventListener("message", flush);
      navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch(() => {});
    }
    if (!navigator.onLine) state.textContent = words.offline;
    await flush();
    form.dataset.ready = "yes";
  }

  start().catch(() => {}); // no store in this browser: the plain form it is
})();
