// What waits on the phone to be sent. The page and the service worker share this file and the store behind it.
// An entry belongs to whoever typed it and is sent in their name only; its key makes it act once on the server,
// however often it arrives.
(() => {
  "use strict";

  const TAG = "field-queue";
  const ADDRESS = "/field";
  // a dead connection says nothing for minutes; a photo over a poor one takes its time
  const LIMIT = 90000;
  let busy = false;

  function open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open("cultivate-field", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("drafts", { keyPath: "user" });
        request.result.createObjectStore("entries", { keyPath: "key" });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });
  }

  // one transaction over some stores; act gets them and may return a request, whose result is the answer
  async function within(names, mode, act) {
    const base = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = base.transaction(names, mode);
        const request = act(...names.map((name) => transaction.objectStore(name)));
        transaction.oncomplete = () => resolve(request ? request.result : undefined);
        transaction.onerror = () => reject(transaction.error);
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      base.close();
    }
  }

  const readDraft = (user) => within(["drafts"], "readonly", (drafts) => drafts.get(user));
  const writeDraft = (draft) => within(["drafts"], "readwrite", (drafts) => drafts.put(draft));
  const forgetDraft = (user) => within(["drafts"], "readwrite", (drafts) => drafts.delete(user));
  const forgetDrafts = () => within(["drafts"], "readwrite", (drafts) => drafts.clear());
  const put = (entry) => within(["entries"], "readwrite", (entries) => entries.put(entry));
  const drop = (key) => within(["entries"], "readwrite", (entries) => entries.delete(key));

  // the draft becomes an entry in one transaction: a reload in the middle finds the one or the other
  function enqueue(entry) {
    return within(["entries", "drafts"], "readwrite", (entries, drafts) => {
      entries.put(entry);
      drafts.delete(entry.user);
    });
  }

  // back into the form, in one transaction as well
  function takeBack(entry, draft) {
    return within(["entries", "drafts"], "readwrite", (entries, drafts) => {
      drafts.put(draft);
      entries.delete(entry.key);
    });
  }

  async function listOf(user) {
    const all = await within(["entries"], "readonly", (entries) => entries.getAll());
    return all.filter((entry) => entry.user === user).sort((one, other) => one.at - other.at);
  }

  async function reach(address, options) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), LIMIT);
    try {
      return await fetch(address, { credentials: "same-origin", cache: "no-store", redirect: "manual", signal: control.signal, ...options });
    } finally {
      clearTimeout(timer);
    }
  }

  async function askPass() {
    const answer = await reach(`${ADDRESS}/pass`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("busy");
    return answer.json();
  }

  function bodyOf(entry) {
    const body = new FormData();
    for (const [name, value] of entry.values) body.append(name, value);
    if (entry.photo) body.append("photo", new Blob([entry.photo.content], { type: entry.photo.type }), entry.photo.name);
    return body;
  }

  function post(entry, token) {
    const headers = { Accept: "application/json", "X-CSRFToken": token, "Idempotency-Key": entry.key };
    return reach(ADDRESS, { method: "POST", body: bodyOf(entry), headers });
  }

  // "sent", "refused", "login" or "later"; what the server said is kept with the entry
  async function sendOne(entry, pass) {
    let answer = await post(entry, pass.token);
    if (answer.status === 400) { // the token went stale between the two requests
      const again = await askPass();
      if (again.user !== entry.user) return "login";
      answer = await post(entry, again.token);
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) return "login";
    if (answer.status === 201) {
      await put({ ...entry, state: "sent", photo: null, values: [], answer: await answer.json() });
      return "sent";
    }
    if (answer.status >= 500 || answer.status === 429 || answer.status === 400) return "later";
    const said = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : null;
    await put({ ...entry, state: "refused", answer: said || { status: answer.status, problems: [] } });
    return "refused";
  }

  // {how: "done", "later", "login" or "busy", user: in whose name}
  async function sendAll() {
    let pass;
    try {
      pass = await askPass();
    } catch {
      return { how: "later" };
    }
    const { user } = pass;
    if (!user) return { how: "login" };
    for (const entry of await listOf(user)) {
      if (entry.state !== "waiting") continue;
      let how;
      try {
        how = await sendOne(entry, pass);
      } catch {
        how = "later";
      }
      if (how === "later" || how === "login") return { how, user };
    }
    return { how: "done", user };
  }

  // one sender at a time, of all pages and the worker
  async function flush() {
    if (self.navigator.locks) {
      return self.navigator.locks.request(TAG, { ifAvailable: true }, (lock) => (lock ? sendAll() : { how: "busy" }));
    }
    if (busy) return { how: "busy" };
    busy = true;
    try {
      return await sendAll();
    } finally {
      busy = false;
    }
  }

  self.fieldQueue = { TAG, readDraft, writeDraft, forgetDraft, forgetDrafts, enqueue, takeBack, put, drop, listOf, flush };
})();
