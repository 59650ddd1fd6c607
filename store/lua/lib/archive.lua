-- What the archive has still to be told of (`key.outbox`): which jobs have ended and which were deleted, and of which something
-- was said, by their ids; it reads the rest from their records. Nothing is noted while there is no archive (`store.outbox`).

-- `what` has happened to a job, or to a batch; further arguments are fields of the entry and their values. With `bounded` it is
-- left out, and counted, while the outbox is full.
local function tell_archive(tenant, what, id, bounded, ...)
  local most = redis.call('HGET', key.archive, 'most')
  if not most then return end
  if bounded and redis.call('XLEN', key.outbox) >= tonumber(most) then
    redis.call('HINCRBY', key.archive, 'dropped', 1)
    return
  end
  redis.call('XADD', key.outbox, '*', 'tenant', tenant, 'what', what, 'id', id, ...)
end
