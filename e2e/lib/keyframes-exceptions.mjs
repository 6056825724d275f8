// Differences between playing from a keyframe and from the start that cannot be avoided, as
// docs/format/session.md lists them: in which recording, what they look like, and why it is so. In each, Replayer
// shows less from the start than was recorded.

const pointerLost = ({ path, a }) => path === '/.pointer' && a === ' '

/** [{recording, why, is}]: is tells the difference {path, a, b} from others. */
export const exceptions = [
  {
    recording: 'frames',
    why: 'The recorder sends the document of a srcdoc frame twice, first empty. Replayer stays with the first.',
    is: ({ path, a }) => (/#frame\/children$/.test(path) && a.startsWith('0 children')) || (/#frame\/sheet \d+$/.test(path) && a === undefined) || /#frame\/\.mode$/.test(path) || pointerLost({ path, a }),
  },
  {
    recording: 'shadow',
    why: 'Replayer does not know the nodes of the shadow tree of a host that was moved, so that a pointer over them is lost.',
    is: ({ path, a, b }) => pointerLost({ path, a }) || pointerLost({ path, a: b }),
  },
  {
    recording: 'media',
    why: 'Replayer forgets that a video or audio was muted or looped when it was added.',
    is: ({ path, a, b }) => /(video|audio)\[\d+\]\/\.(muted|loop)$/.test(path) && a === false && b === true,
  },
]
