// Looking again and again, politely: soon after something has changed, ever less often while nothing does, and not at
// all while nobody sees the page.

const SOON = 1; // seconds
const LONGEST = 60;

/** @param {() => Promise<boolean>} look says whether anything has changed */
export function watch(look) {
  let pause = SOON;
  let stopped = false;
  let again = () => {};

  async function go() {
    while (!stopped) {
      if (await look()) pause = SOON;
      await new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
        again = resolve;
        if (!document.hidden) setTimeout(resolve, pause * 1000);
      });
      pause = Math.min(pause * 2, LONGEST);
    }
  }

  /** Look at once: something was done that may change it. */
  function now() {
    pause = SOON;
    again();
  }
  const seen = () => document.hidden || again();
  document.addEventListener("visibilitychange", seen);
  void go();
  return {
    now,
    stop() {
      stopped = true;
      again();
      document.removeEventListener("visibilitychange", seen);
    },
  };
}
