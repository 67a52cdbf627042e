/** Passkeys: a button that adds one to the account, and a button that signs in with one. */

/**
 * Posts JSON and returns the JSON that comes back.
 * @param {string} address
 * @param {object} [body]
 */
async function post(address, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? `The server answered ${response.status}.`);
  return answer;
}

async function addPasskey() {
  const options = await post("/admin/api/account/passkeys/options");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  const name = /** @type {HTMLInputElement} */ (document.getElementById("passkey-name")).value;
  return post("/admin/api/account/passkeys", { credential: made.toJSON(), name });
}

async function signIn() {
  const options = await post("/admin/api/sign-in/passkey/options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const signed = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  return post("/admin/api/sign-in/passkey", { credential: signed.toJSON() });
}

/**
 * Shows the button where the browser knows passkeys, and goes where the server says when it is done.
 * @param {string} id
 * @param {() => Promise<{next: string}>} act
 */
function enable(id, act) {
  const button = /** @type {HTMLButtonElement | null} */ (document.getElementById(id));
  const problem = document.getElementById("passkey-problem");
  if (!button || !problem) return;
  button.hidden = false;
  document.getElementById("passkey-field")?.removeAttribute("hidden");
  button.addEventListener("click", async () => {
    problem.hidden = button.disabled = true;
    try {
      location.assign((await act()).next);
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error);
      problem.hidden = button.disabled = false;
    }
  });
}

if (typeof PublicKeyCredential !== "undefined" && "parseCreationOptionsFromJSON" in PublicKeyCredential) {
  enable("add-passkey", addPasskey);
  enable("use-passkey", signIn);
}
