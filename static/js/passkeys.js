// Passkeys: a form [data-passkey] asks the device for a credential and sends it. What to ask for stands in the page, in
// the JSON #passkey-options, or comes fresh from the form's own address (data-passkey="fetched").
const { webauthnJSON } = globalThis;

async function optionsOf(form) {
  if (form.dataset.passkey !== "fetched") return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function fill(form) {
  const { creation_options: creation, request_options: request } = await optionsOf(form);
  const credential = creation ? await webauthnJSON.create(creation) : await webauthnJSON.get(request);
  form.elements.credential.value = JSON.stringify(credential);
}

if (webauthnJSON?.supported()) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const refused = form.querySelector("[data-passkey-refused]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      refused.hidden = true;
      try {
        await fill(form);
        form.submit();
      } catch {
        // The person said no, has none for this site, or the device took too long: the other ways stay open.
        refused.hidden = false;
        form.removeAttribute("aria-busy");
      }
    });
  }
  for (const part of document.querySelectorAll("[data-passkey-part]")) part.hidden = false;
} else {
  for (const part of document.querySelectorAll("[data-no-passkey]")) part.hidden = false;
}
