// The service worker. It keeps this version's static files and the screen of the field, nothing else: no page of the
// register is ever stored on the phone. /sw.js puts VERSION, FILES and QUEUE on top.
/* global VERSION, FILES, QUEUE, fieldQueue */
"use strict";

importScripts(QUEUE);

const KEPT = `field-${VERSION}`;
const SHELL = "/field";
// a signal that is there but carries nothing: after this long the kept screen is better than a white one
const PATIENCE = 4000;

async function keepShell(response) {
  if (!response.ok || response.redirected || response.type !== "basic") return;
  const cache = await caches.open(KEPT);
  await cache.put(SHELL, response.clone());
  for (const [, file] of (await response.text()).matchAll(/(?:src|href)="(\/static\/[^"#]+)/g)) {
    if (!await cache.match(file)) await cache.add(file).catch(() => {});
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll(FILES);
    try {
      await keepShell(await fetch(SHELL, { credentials: "same-origin", redirect: "manual" }));
    } catch {
      // the next visit keeps it
    }
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("field-") && name !== KEPT) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

// who leaves takes the screen with their name and what they had begun to type; what waits to be sent stays theirs
async function forget(leaving) {
  const cache = await caches.open(KEPT);
  await cache.delete(SHELL);
  if (leaving) await fieldQueue.forgetDrafts();
}

let keeping = Promise.resolve();

async function field(request) {
  const kept = await caches.match(SHELL, { cacheName: KEPT });
  const fresh = fetch(request).then((response) => {
    keeping = keepShell(response.clone()).catch(() => {});
    return response;
  });
  if (!kept) return fresh;
  const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PATIENCE); });
  return Promise.race([fresh.catch(() => kept), late]);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST") {
    if (pathname === "/logout" || pathname === "/login") event.waitUntil(forget(pathname === "/logout"));
  } else if (request.method === "GET" && request.mode === "navigate") {
    if (pathname !== SHELL) return;
    const answer = field(request);
    event.respondWith(answer);
    event.waitUntil(answer.then(() => keeping));
  } else if (request.method === "GET" && pathname.startsWith("/static/") && !request.headers.has("range")) {
    event.respondWith(caches.match(request, { cacheName: KEPT }).then((kept) => kept || fetch(request)));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag !== fieldQueue.TAG) return;
  event.waitUntil((async () => {
    const { how } = await fieldQueue.flush();
    for (const page of await self.clients.matchAll()) page.postMessage(fieldQueue.TAG);
    if (how === "later") throw new Error("no signal yet"); // the browser tries again
  })());
});
