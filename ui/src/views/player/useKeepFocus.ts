import { type RefObject, useEffect } from 'react';

/**
 * Keeps the keyboard with the app. What is played may take the focus (a dialog that
 * opens does, even in a frame that is inert), and keys would be lost in there.
 */
export function useKeepFocus(frame: RefObject<HTMLIFrameElement | null>) {
  useEffect(() => {
    let before: Element | null = null;
    const took = () => {
      if (!frame.current || document.activeElement !== frame.current) {
        before = document.activeElement;
        return;
      }
      frame.current.blur();
      window.focus();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
    // The frame's taking the focus blurs the window; which element has it is known just after.
    const blurred = () => void setTimeout(took);
    document.addEventListener('focusin', took);
    window.addEventListener('blur', blurred);
    return () => {
      document.removeEventListener('focusin', took);
      window.removeEventListener('blur', blurred);
    };
  }, [frame]);
}
