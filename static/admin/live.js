/**
 * Parts of a page that are marked data-live are kept up to date: the page asks for itself again and takes over
 * what has changed. The mark goes when there is nothing more to wait for. Without JavaScript, reload.
 */

const EVERY_MS = 2000;

async function refresh() {
  const response = await fetch(location.href, { headers: { "X-Background": "1" } });
  if (response.redirected) location.reload(); // signed out in the meantime
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    if (next && !part.isEqualNode(next)) part.replaceWith(next);
  }
}

while (document.querySelector("[data-live]")) {
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  if (!document.hidden) await refresh().catch(() => {}); // out of reach for now
}

export {}; // a module, for it waits at its top level
