-- uses: attempt
-- Acknowledges a message that nobody can be answered for, and keeps it for the operator.
-- ARGV: tag, message, reason   Returns the queue that it was in, '' when it was not held.
local tag, message, reason = ARGV[1], ARGV[2], ARGV[3]
even_when_full()
local queue = claimed(tag) or ''
keep_rejected(queue, message, reason, now_ms())
unclaim(tag)
return queue
