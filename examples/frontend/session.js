// Who is signed in. Kept for this tab alone, and gone when it is closed.

const KEPT = "enmusubi";

/** @typedef {{ token: string, candidateId: string }} Session */

/** @returns {Session | undefined} */
export function session() {
  const kept = sessionStorage.getItem(KEPT);
  return kept === null ? undefined : JSON.parse(kept);
}

/** @param {Session} found */
export function signIn(found) {
  sessionStorage.setItem(KEPT, JSON.stringify(found));
}

export function signOut() {
  sessionStorage.removeItem(KEPT);
}

/** The code of a link from a mail, taken out of the address bar, where anyone could read or copy it. */
export function takeCode() {
  const code = location.hash.slice(1);
  if (!/^[A-Za-z0-9_-]{16,128}$/.test(code)) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return code;
}
