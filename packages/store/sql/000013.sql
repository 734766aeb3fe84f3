-- Preemptible instances leave a host in time before a lease begins on it: decisions of a kind of their own.
alter table eviction_decision drop constraint eviction_decision_kind_check;
alter table eviction_decision add constraint eviction_decision_kind_check
  check (kind in ('room', 'watermark', 'shrink', 'expiry', 'lease', 'test'));
