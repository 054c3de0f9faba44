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

const ERASED = "?erased";

/** Forget all that this tab knows of somebody who is erased, what they wrote in forms too: with a page that is new. */
export function beginAgain() {
  signOut();
  location.replace(location.pathname + ERASED);
}

/** Whether somebody has just been erased. */
export function takeErased() {
  if (location.search !== ERASED) return false;
  history.replaceState(null, "", location.pathname);
  return true;
}

/** The code of a link from a mail, taken out of the address bar, where anyone could read or copy it. */
export function takeCode() {
  const code = location.hash.slice(1);
  if (!/^[A-Za-z0-9_-]{16,128}$/.test(code)) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return code;
}
