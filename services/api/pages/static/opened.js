// Tells that a person, rather than a program that scans mail, uses this page: once, and nothing about them.
(() => {
  "use strict";
  const address = document.currentScript.dataset.opened;
  if (!address || navigator.webdriver) return;
  // Seconds in sight and in use: longer than scanners stay, shorter than people read.
  const PATIENCE = 8;
  const signs = ["pointerdown", "keydown", "wheel", "touchmove"];
  let seconds = 0;

  const tell = () => {
    clearInterval(watch);
    for (const sign of signs) removeEventListener(sign, heed);
    fetch(address, { method: "POST", keepalive: true, credentials: "omit", referrerPolicy: "no-referrer" }).catch(() => {});
  };
  const heed = (event) => {
    if (event.isTrusted) tell();
  };
  const watch = setInterval(() => {
    if (document.visibilityState === "visible" && document.hasFocus()) seconds += 1;
    if (seconds >= PATIENCE) tell();
  }, 1000);
  for (const sign of signs) addEventListener(sign, heed, { passive: true });
})();
