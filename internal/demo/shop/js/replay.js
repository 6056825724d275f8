// Calls of the recorder. It loads by itself, perhaps later than this: calls made before are kept for it.

function call(name, ...args) {
  const recorder = (window.afterimage ??= { q: [] });
  const [group, method] = name.split(".");
  const owner = method ? recorder[group] : recorder;
  if (owner?.[method ?? group]) return owner[method ?? group](...args);
  recorder.q.push([name, args]);
}

export const identify = (user) => call("identify", user.id, { email: user.email, name: user.name });
export const track = (name, props) => call("track", name, props);
export const answer = (response) => Promise.resolve(call("feedback.submit", response));
