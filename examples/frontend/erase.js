// Having everything deleted: a dialog asks once more, and what this tab remembers goes as well.

import { byId } from "./elements.js";
import { attempt } from "./problems.js";
import { beginAgain } from "./session.js";

/** @import { Candidate } from "./candidate.js" */

/** @param {Candidate} candidate */
export function offerToErase(candidate) {
  const question = /** @type {HTMLDialogElement} */ (byId("erase-question"));
  byId("erase").onclick = () => question.showModal();
  byId("erase-no").onclick = () => question.close();
  byId("erase-yes").onclick = () => {
    question.close(); // so that what is waited for, or refused, can be seen
    void attempt(byId("mine"), async () => {
      await candidate.erase();
      beginAgain();
    });
  };
}
