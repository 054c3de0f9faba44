// A fetch that does not give up at once. It sends the same request again, with the same Idempotency-Key, when no
// answer came, when the service is away (503), and whenever an answer says when to ask again (Retry-After).

const TRIES = 12;
const LONGEST = 8; // seconds between two tries, where the service does not say how many

/** @typedef {{ why: "away" | "soon", seconds: number }} Wait */

/**
 * @param {(wait: Wait | undefined) => void} tell is told what is waited for, and with undefined that nothing is
 * @returns {(request: Request) => Promise<Response>}
 */
export function patiently(tell) {
  /** @type {Map<Request, Wait>} */
  const waits = new Map();
  const telling = () => tell([...waits.values()].at(-1));

  return async (request) => {
    for (let tried = 1; ; tried += 1) {
      const answer = await fetch(request.clone()).catch(() => undefined);
      const wait = waitFor(answer, tried);
      if (wait === undefined || tried === TRIES) {
        if (waits.delete(request)) telling();
        return answer ?? noAnswer();
      }
      waits.set(request, wait);
      telling();
      await new Promise((resolve) => setTimeout(resolve, wait.seconds * 1000));
    }
  };
}

/**
 * @param {Response | undefined} answer
 * @param {number} tried
 * @returns {Wait | undefined}
 */
function waitFor(answer, tried) {
  const away = answer === undefined || [502, 503, 504].includes(answer.status);
  const asked = Number(answer?.headers.get("Retry-After"));
  if (!away && !asked) return undefined;
  return { why: away ? "away" : "soon", seconds: asked || Math.min(2 ** (tried - 1), LONGEST) };
}

function noAnswer() {
  return Response.json({ type: "away", title: "No answer came", status: 503 }, { status: 503 });
}
