-- uses: lists
-- The audit log, for scripts whose change is to stand there whoever is killed behind it.

-- Writes an entry. `given` from `first` on: entries that the log has at most ('0': there is none), how long it is kept in ms,
-- then the entry's fields and values, if there is an entry.
local function note_in_audit(tenant, given, first)
  if given[first] == '0' or not given[first + 2] then return end
  redis.call('XADD', key.audit(tenant), 'MAXLEN', '~', given[first], '*', unpack(given, first + 2))
  redis.call('PEXPIRE', key.audit(tenant), given[first + 1])
  announce_list(tenant, 'audit')
end
