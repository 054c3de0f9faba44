// Changing what is known of somebody. What was read is sent back with its ETag, so that nobody writes over a change
// that they have not seen.

import { byId } from "./elements.js";
import { choose, filled } from "./form.js";
import { say, texts } from "./language.js";
import { attempt } from "./problems.js";
import { Refused } from "./programme.js";

/** @import { Candidate } from "./candidate.js" */
/** @import { Application, ApplicationChange, ApplicationView } from "./programme.js" */

/**
 * @param {Candidate} candidate
 * @param {() => string | undefined} applicationId
 */
export function offerToChange(candidate, applicationId) {
  const details = /** @type {HTMLDetailsElement} */ (byId("change"));
  const form = /** @type {HTMLFormElement} */ (byId("change-form"));
  const fields = /** @type {HTMLFieldSetElement} */ (byId("change-fields"));
  let etag = "";
  /** @type {Application["profile"] | undefined} */
  let profile;

  /** Read what is known. Until then nothing can be written or saved: it would be lost. */
  async function read() {
    fields.disabled = true;
    const { data } = keep(await candidate.application(applicationId() ?? ""));
    choose("change-time_zone", data.time_zone ?? "");
    choose("change-language", data.language ?? "");
    /** @type {HTMLInputElement} */ (byId("change-available_from")).value = profile?.available_from ?? "";
    /** @type {HTMLInputElement} */ (byId("change-wants_lessons")).checked = data.wants_lessons ?? false;
    fields.disabled = false;
  }

  /** @param {{ etag: string, data: ApplicationView }} found */
  function keep(found) {
    etag = found.etag;
    profile = found.data.profile;
    return found;
  }

  /** What is to be changed. A profile is changed as a whole. */
  function changed() {
    const { profile: written, ...rest } = filled(form);
    return /** @type {ApplicationChange} */ ({ ...rest, profile: { ...profile, available_from: null, ...written } });
  }

  async function save() {
    say("done", () => "");
    try {
      keep(await candidate.change(applicationId() ?? "", etag, changed()));
    } catch (error) {
      if (error instanceof Refused && error.problem.type === "changed-since") await read();
      throw error;
    }
    say("done", () => texts.done.change);
  }

  details.open = false;
  fields.disabled = true;
  details.ontoggle = () => void (details.open && attempt(form, read));
  form.onsubmit = (event) => {
    event.preventDefault();
    void attempt(form, save);
  };
}
