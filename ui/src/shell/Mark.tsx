/** The sign of the product: an image and what stays of it. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <g fill="var(--mantine-color-indigo-5)">
        <rect x="3" y="9" width="17" height="17" rx="5" opacity=".3" />
        <rect x="7.5" y="6" width="17" height="17" rx="5" opacity=".5" />
        <rect x="12" y="3" width="17" height="17" rx="5" />
      </g>
      <path d="M18.2 7.6v7.8l6.3-3.9z" fill="#fff" />
    </svg>
  );
}
