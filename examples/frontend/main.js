// Where everything begins: which sections are shown, and what the buttons do.

import { byId, focusOn, show } from "./elements.js";
import { fillLists, numberSkills, prepareSkills } from "./form.js";
import { fill, say, speak, texts, write } from "./language.js";
import { redraw, showMine, stopWatching } from "./mine.js";
import { attempt, tell, tellAgain } from "./problems.js";
import { connect, newKey, Refused, told } from "./programme.js";
import { session, signIn, signOut, takeCode, takeErased } from "./session.js";
import { apply, requestLink, welcome } from "./welcome.js";

/** @import { Language } from "./language.js" */
/** @import { Wait } from "./patience.js" */

const code = takeCode(); // before anything else is asked of anyone
write();
prepareSkills();
fillLists();
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    speak(/** @type {Language} */ (button.getAttribute("data-language")));
    write();
    fillLists();
    numberSkills();
    redraw();
    tellAgain();
  });
}
const programme = await connect(() => session()?.token, sayWaiting);
onSubmit("application", () => apply(programme));
onSubmit("link-request", () => requestLink(programme));
byId("leave").addEventListener("click", () => {
  signOut();
  start();
});
window.addEventListener("hashchange", () => {
  const another = takeCode(); // a link that is opened in this tab
  if (another !== undefined) start(another);
});
start(code);

/** @param {string} [code] of a link */
function start(code) {
  stopWatching();
  const known = session();
  if (takeErased()) showErased();
  else if (code !== undefined) offerToOpen(code);
  else if (known !== undefined) showMine(programme, known.candidateId, signedOut);
  else void welcome(programme);
}

/**
 * A code works once: it is exchanged when the person says so, not by whatever looks at the links in mails.
 *
 * @param {string} code
 */
function offerToOpen(code) {
  const { intake } = programme;
  const key = newKey(); // the same one again gets the token again, should the answer be lost
  byId("open").onclick = () =>
    attempt(byId("link"), async () => {
      const sent = { params: { header: key }, body: { code } };
      const answer = await told(intake.POST("/links/exchange", sent)).catch(hideUsed);
      signIn({ token: answer.access_token, candidateId: answer.candidate_id });
      start();
    });
  byId("usable").hidden = false;
  show("link", "again");
  focusOn("link");
}

/** A link that is not valid any more has nothing to open. @param {unknown} error @returns {never} */
function hideUsed(error) {
  byId("usable").hidden = error instanceof Refused && error.problem.type === "link-not-valid";
  throw error;
}

function showErased() {
  show("erased");
  focusOn("erased");
}

/** The token has run out, as every service says that is asked. */
function signedOut() {
  if (session() === undefined) return;
  signOut();
  start();
  tell(byId("again"), { type: "unauthenticated", title: "", status: 401 });
}

/**
 * @param {string} id of a form
 * @param {() => unknown} send
 */
function onSubmit(id, send) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
}

/** @param {Wait | undefined} wait */
function sayWaiting(wait) {
  say("waiting", () => (wait === undefined ? "" : fill(texts.page[wait.why], { seconds: wait.seconds })));
}
