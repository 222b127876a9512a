// Passkeys (WebAuthn Level 3): the browser asks the authenticator, the form carries its answer.
const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const credentialsOf = (list) => (list ?? []).map((entry) => ({ ...entry, id: bytesOf(entry.id) }));

const ceremonies = {
  create: (options) =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytesOf(options.challenge),
        user: { ...options.user, id: bytesOf(options.user.id) },
        excludeCredentials: credentialsOf(options.excludeCredentials),
      },
    }),
  get: (options) =>
    navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytesOf(options.challenge),
        allowCredentials: credentialsOf(options.allowCredentials),
      },
    }),
};

// What the server reads: RegistrationResponseJSON or AuthenticationResponseJSON.
const written = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({ id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response });
};

const optionsFor = async (button) => {
  const answer = await fetch(button.dataset.options, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ _token: button.form.elements._token.value }),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
};

const ask = async (button) => {
  const { form } = button;
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  // What a new passkey is called has to be there; a passkey that is used stands for the other fields.
  if (button.dataset.passkey === "create" && !form.reportValidity()) return;
  button.disabled = true;
  try {
    form.elements.credential.value = written(await ceremonies[button.dataset.passkey](await optionsFor(button)));
    form.submit();
  } catch {
    failed.hidden = false;
    button.disabled = false;
  }
};

if (window.PublicKeyCredential) {
  for (const element of document.querySelectorAll("[data-with-passkeys]")) element.hidden = false;
  for (const element of document.querySelectorAll("[data-without-passkeys]")) element.hidden = true;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-passkey]");
    if (button) ask(button);
  });
  document.addEventListener("submit", (event) => {
    // The enter key of a form whose button is one of ours.
    const button = event.target.querySelector("[data-passkey=create]");
    if (!button) return;
    event.preventDefault();
    ask(button);
  });
}
