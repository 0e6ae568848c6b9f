// A little arithmetic while the form is filled in: nobody notices it once; whoever sends thousands of forms pays for it.
// The format is ALTCHA's, version 2. Without this file, or over plain HTTP where browsers give no crypto.subtle, the form
// works as well: the address may have to be verified then.
(() => {
  "use strict";
  const form = document.querySelector("form[data-proof]");
  if (!form || !window.crypto?.subtle) return;
  const field = form.elements.altcha;
  const status = form.querySelector("[data-proof-status]");
  // Steps in flight: the browser computes them beside each other, away from the page.
  const atOnce = 8;
  // Milliseconds: a solution is good for an hour; and nobody waits for one longer than this after pressing the button.
  const freshFor = 50 * 60 * 1000;
  const patience = 8000;

  const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const toHex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  const derive = async (parameters, counter) => {
    const nonce = fromHex(parameters.nonce);
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: fromHex(parameters.salt), iterations: parameters.cost };
    return { counter, derivedKey: toHex(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8)) };
  };

  const solve = async (parameters) => {
    for (let first = 0; ; first += atOnce) {
      const steps = Array.from({ length: atOnce }, (_, offset) => derive(parameters, first + offset));
      const found = (await Promise.all(steps)).find((step) => step.derivedKey.startsWith(parameters.keyPrefix));
      if (found) return found;
    }
  };

  let work = null;
  let solvedAt = 0;
  const prove = async () => {
    const answer = await fetch(form.dataset.proof, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const challenge = await answer.json();
    const solution = await solve(challenge.parameters);
    field.value = btoa(JSON.stringify({ challenge, solution }));
    solvedAt = Date.now();
  };
  const begin = () => {
    if (work && !(field.value && Date.now() - solvedAt > freshFor)) return work;
    field.value = "";
    work = prove().catch(() => {});
    return work;
  };

  form.addEventListener("focusin", begin);
  form.addEventListener("input", begin);

  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent || (field.value && Date.now() - solvedAt <= freshFor)) return;
    event.preventDefault();
    if (status.textContent) return;
    status.textContent = status.dataset.proofStatus;
    Promise.race([begin(), pause(patience)]).then(() => {
      isSent = true;
      status.textContent = "";
      form.requestSubmit();
    });
  });
  // Back from the next page: what was sent with the form is used up.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    [field.value, work, isSent] = ["", null, false];
  });
})();
