// Differences between playing from a keyframe and from the start that cannot be avoided: by the name of
// the recording, what the path of the difference must fit, and why it is so. None is known.

/** [{recording, path, why}]: path is a regular expression. */
export const exceptions = []
