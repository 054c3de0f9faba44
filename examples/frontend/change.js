// Changing what is known of somebody. What was read is sent back with its ETag, so that nobody writes over a change
// that they have not seen.

import { byId } from "./elements.js";
import { choose, filled } from "./form.js";
import { say, texts } from "./language.js";
import { attempt } from "./problems.js";
import { Refused } from "./programme.js";

/** @import { Candidate } from "./candidate.js" */
/** @import { ApplicationChange } from "./programme.js" */

/**
 * @param {Candidate} candidate
 * @param {() => string | undefined} applicationId
 */
export function offerToChange(candidate, applicationId) {
  const details = /** @type {HTMLDetailsElement} */ (byId("change"));
  const form = /** @type {HTMLFormElement} */ (byId("change-form"));
  let etag = "";

  async function read() {
    const found = await candidate.application(applicationId() ?? "");
    etag = found.etag;
    choose("change-time_zone", found.data.time_zone ?? "");
    choose("change-language", found.data.language ?? "");
    /** @type {HTMLInputElement} */ (byId("change-wants_lessons")).checked = found.data.wants_lessons ?? false;
  }

  async function save() {
    say("done", () => "");
    try {
      const change = /** @type {ApplicationChange} */ (filled(form));
      etag = (await candidate.change(applicationId() ?? "", etag, change)).etag;
    } catch (error) {
      if (error instanceof Refused && error.problem.type === "changed-since") await read();
      throw error;
    }
    say("done", () => texts.done.change);
  }

  details.open = false;
  details.ontoggle = () => void (details.open && attempt(form, read));
  form.onsubmit = (event) => {
    event.preventDefault();
    void attempt(form, save);
  };
}
