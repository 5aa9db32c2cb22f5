// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// Keeps the page of a record up to date: hears which version of it there is, and asks for the page when it is another one.
// Without this script the page stays as it was loaded.
"use strict";

const shown = document.getElementById("main");
const asked = shown.dataset.live;
let events = null;

const ask = () => askFor(`/page/record?${asked}`);

function listen() {
  if (events || document.hidden || !window.EventSource) return;
  events = new EventSource(`/api/records/events?${asked}`);
  events.addEventListener("state", event => {
    if (event.data !== shown.dataset.version) {
      ask();
    } else {
      lastAnswer = Date.now();
      show();
    }
  });
  events.addEventListener("error", () => {
    // A browser comes again by itself, but not to a server that refused it.
    if (events && events.readyState === EventSource.CLOSED) {
      events = null;
      setTimeout(listen, 30000);
    }
  });
}

function rest() {
  if (events) events.close();
  events = null;
}

// A page that asks, searches or says what became of an action is none of a record.
if (asked !== undefined) {
  ahead = Number(shown.dataset.now) - Date.now();
  live.hidden = false;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) rest();
    else listen();
  });
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", listen);
  setInterval(show, 1000);
  listen();
  show();
}
