import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import classes from './Undo.module.css';

const undoMs = 7_000;

/** Says what was done, with a way to take it back for a while. */
export function notifyUndo(id: string, done: string, undo: string, onUndo: () => void) {
  notifications.show({
    id,
    autoClose: undoMs,
    message: (
      <span className={classes.done}>
        {done}
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => {
            notifications.hide(id);
            onUndo();
          }}
        >
          {undo}
        </Button>
      </span>
    ),
  });
}
