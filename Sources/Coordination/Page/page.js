// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// Keeps the page up to date: hears of changes, or asks where it cannot. Without this script the page reloads by itself.
"use strict";

const askEvery = 5000;
let events = null;
ahead = Number(document.getElementById("main").dataset.now) - Date.now();

const ask = () => askFor("/page/main");

/** Asks once, and with the token, before something is done. */
function askFirst(question, reach, path, options) {
  const dialog = document.getElementById("ask");
  write(document.getElementById("question"), question);
  write(document.getElementById("reach"), reach);
  write(document.getElementById("answer"), "");
  dialog.querySelector("form").onsubmit = async event => {
    event.preventDefault();
    const token = document.getElementById("token");
    try {
      const headers = { "Sync-Action-Token": token.value, "Content-Type": "application/json" };
      const answer = await fetch(path, { ...options, headers });
      if (!answer.ok) throw new Error(await answer.text());
      token.value = "";
      dialog.close();
      ask();
    } catch (error) {
      write(document.getElementById("answer"), `Not done: ${error.message}`);
    }
  };
  dialog.showModal();
}

document.getElementById("no").addEventListener("click", () => document.getElementById("ask").close());
document.addEventListener("click", event => {
  const mapping = event.target.closest("button[data-release]")?.dataset.release;
  if (mapping === undefined) return;
  askFirst(`Release ${mapping}?`, "It goes on where it stands.", `/api/holds/${encodeURIComponent(mapping)}`, {
    method: "DELETE",
  });
});
document.addEventListener("submit", event => {
  if (event.target.id !== "hold") return;
  event.preventDefault();
  const { mapping, reason } = event.target.elements;
  const reach = mapping.selectedOptions[0].dataset.reach;
  askFirst(`Hold ${mapping.value}?`, reach, `/api/holds/${encodeURIComponent(mapping.value)}`, {
    method: "POST",
    body: JSON.stringify({ reason: reason.value }),
  });
});

function listen() {
  if (events || document.hidden || !window.EventSource) return;
  events = new EventSource("/api/events");
  events.addEventListener("changed", ask);
  events.addEventListener("error", () => {
    // A browser comes again by itself, but not to a server that refused it.
    if (events && events.readyState === EventSource.CLOSED) {
      events = null;
      setTimeout(listen, 30000);
    }
  });
}

function tick() {
  if (!document.hidden && Date.now() - lastAsked > askEvery + 1000) ask();
  show();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    if (events) events.close();
    events = null;
  } else {
    ask();
    listen();
  }
});
window.addEventListener("pagehide", () => {
  if (events) events.close();
  events = null;
});
setInterval(tick, 1000);
listen();
ask();
