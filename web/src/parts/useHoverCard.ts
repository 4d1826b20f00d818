// A card that opens when the pointer or the keyboard's focus has rested, stays while the pointer is
// on it, and goes with Escape.
import { useCallback, useEffect, useRef, useState } from 'react';

export const restMs = 300;
const leaveMs = 150;

export function useHoverCard() {
  const [shown, setShown] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const later = useCallback((show: boolean, ms: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setShown(show), ms);
  }, []);
  const hide = useCallback(() => {
    clearTimeout(timer.current);
    setShown(false);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!shown) return undefined;
    // Before the drawer hears it: one Escape closes one thing.
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      hide();
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [shown, hide]);
  return {
    shown,
    hide,
    target: {
      onPointerEnter: (e: React.PointerEvent) => e.pointerType !== 'touch' && later(true, restMs),
      onPointerLeave: () => later(false, leaveMs),
      // A click focuses too; only who walks by keys waits for the card.
      onFocus: (e: React.FocusEvent) => e.target.matches(':focus-visible') && later(true, restMs),
      onBlur: hide,
    },
    card: {
      onPointerEnter: () => later(true, 0),
      onPointerLeave: () => later(false, leaveMs),
    },
  };
}
