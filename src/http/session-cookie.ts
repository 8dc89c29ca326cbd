/** A browser sends a `__Host-` cookie to this host alone, over https, and takes it from no other. */
export const SESSION_COOKIE = '__Host-shiplog-session';
