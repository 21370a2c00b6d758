using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Sqlite;
using Sidecar.State;
using Sidecar.State.Drivers;

namespace Sidecar.Tests.Blocks;

public sealed class InMemoryStoreTests : StoreTests
{
    internal override Task<ITransactionalStateStore> OpenAsync() => Task.FromResult<ITransactionalStateStore>(new InMemoryStateStore(Time));

    [Fact]
    public async Task Expired_values_are_released_without_being_read()
    {
        await using var store = new InMemoryStateStore(Time);
        var expiring = await WriteAsync(store, "expiring", TimeSpan.FromSeconds(2));
        var renewed = await WriteAsync(store, "renewed", TimeSpan.FromSeconds(2));
        Time.Advance(TimeSpan.FromSeconds(1));
        var kept = await WriteAsync(store, "renewed", null);

        Time.Advance(TimeSpan.FromSeconds(2));

        GC.Collect();
        Assert.Equal((false, false, true), (expiring.IsAlive, renewed.IsAlive, kept.IsAlive));
        Assert.NotNull(await store.GetAsync("renewed", default));
    }

    /// <summary>Refers to the stored bytes. In a method of its own, so that nothing else holds them.</summary>
    private static async Task<WeakReference> WriteAsync(InMemoryStateStore store, string key, TimeSpan? ttl)
    {
        Assert.Null(await store.WriteAsync(StateWrite.Upsert(key, new byte[100], ttl: ttl), default));
        var entry = await store.GetAsync(key, default);
        Assert.True(MemoryMarshal.TryGetArray(entry!.Value, out var bytes));
        return new WeakReference(bytes.Array);
    }
}

public sealed class SqliteStoreTests : StoreTests
{
    internal override async Task<ITransactionalStateStore> OpenAsync() =>
        await SqliteStateStore.OpenAsync(SqliteDatabase.At(":memory:"), "state", "metadata", null, null, Time, NullLogger.Instance);
}

/// <summary>The contract of every state store driver; a new driver passes with a class of one line.</summary>
public abstract class StoreTests
{
    private protected FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    internal abstract Task<ITransactionalStateStore> OpenAsync();

    [Fact]
    public async Task Every_write_changes_the_ETag_and_a_read_returns_the_value_unchanged()
    {
        await using var store = await OpenAsync();
        byte[] value = [0, 1, 255];
        Assert.Null(await store.WriteAsync(StateWrite.Upsert("k", value), default));
        var first = await store.GetAsync("k", default);
        Assert.Null(await store.WriteAsync(StateWrite.Upsert("k", value), default));
        var second = await store.GetAsync("k", default);
        Assert.Equal(value, second!.Value.ToArray());
        Assert.NotEmpty(first!.ETag);
        Assert.NotEqual(first.ETag, second.ETag);
    }

    [Fact]
    public async Task A_stale_ETag_and_a_second_first_write_are_refused_by_name()
    {
        await using var store = await OpenAsync();
        Assert.Equal(StateFailureKind.ETagMismatch, (await store.WriteAsync(StateWrite.Upsert("k", Bytes("1"), etag: "x"), default))?.Kind);
        Assert.Null(await store.WriteAsync(StateWrite.Upsert("k", Bytes("1"), firstWrite: true), default));
        var refused = await store.WriteAsync(StateWrite.Upsert("k", Bytes("2"), firstWrite: true), default);
        Assert.Equal((StateFailureKind.KeyExists, "k"), (refused?.Kind, refused?.Key));
        Assert.Equal(StateFailureKind.ETagMismatch, (await store.WriteAsync(StateWrite.Delete("k", "stale"), default))?.Kind);
    }

    [Fact]
    public async Task A_transaction_applies_all_writes_in_order_or_none()
    {
        await using var store = await OpenAsync();
        Assert.Null(
            await store.TransactAsync(
                [StateWrite.Upsert("a", Bytes("1")), StateWrite.Delete("a"), StateWrite.Upsert("b", Bytes("2"))],
                default
            )
        );
        Assert.Null(await store.GetAsync("a", default));
        Assert.NotNull(await store.TransactAsync([StateWrite.Upsert("b", Bytes("3")), StateWrite.Delete("b", "stale")], default));
        Assert.Equal("2", Encoding.UTF8.GetString((await store.GetAsync("b", default))!.Value.Span));
    }

    [Fact]
    public async Task Keys_are_listed_in_order_by_prefix_and_page()
    {
        await using var store = await OpenAsync();
        foreach (var key in (string[])["b1", "a2", "a1", "a3"])
        {
            await store.WriteAsync(StateWrite.Upsert(key, Bytes(key)), default);
        }
        var listing = (IKeyListing)store;
        Assert.Equal(["a1", "a2"], await listing.ListKeysAsync("a", null, 2, default));
        Assert.Equal(["a3"], await listing.ListKeysAsync("a", "a2", 2, default));
    }

    [Fact]
    public async Task A_write_without_time_to_live_removes_an_expiry()
    {
        await using var store = await OpenAsync();
        await store.WriteAsync(StateWrite.Upsert("k", Bytes("1"), ttl: TimeSpan.FromSeconds(100)), default);
        Assert.NotNull((await store.GetAsync("k", default))!.ExpiresAt);
        await store.WriteAsync(StateWrite.Upsert("k", Bytes("1")), default);
        Assert.Null((await store.GetAsync("k", default))!.ExpiresAt);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

public sealed class SqliteWriterTests
{
    [Fact]
    public async Task A_failed_job_rolls_back_its_own_changes_only()
    {
        await using var database = await WithTableAsync();
        // While one is under way the others gather, to be committed together.
        var underWay = new TaskCompletionSource();
        using var go = new ManualResetEventSlim();
        var first = Task.Run(() =>
            database.WriteAsync(session =>
            {
                underWay.SetResult();
                go.Wait();
                return session.Execute("INSERT INTO t (n) VALUES (-1)");
            })
        );
        await underWay.Task;
        var jobs = Enumerable.Range(0, 20).Select(n => InsertAsync(database, n, fails: n % 5 == 0)).ToList();
        Assert.DoesNotContain(jobs, job => job.IsCompleted);
        go.Set();
        await first;
        foreach (var (n, job) in jobs.Index())
        {
            if (n % 5 == 0)
            {
                Assert.Equal($"job {n}", (await Assert.ThrowsAsync<InvalidOperationException>(() => job)).Message);
            }
            else
            {
                Assert.Equal(n, await job);
            }
        }
        Assert.Equal(17L, await database.ReadAsync(session => session.Scalar("SELECT COUNT(*) FROM t")));
    }

    [Fact]
    public async Task A_single_job_is_on_disk_or_rolled_back_when_its_call_returns()
    {
        await using var database = await WithTableAsync();
        Assert.True(InsertAsync(database, 1, fails: false).IsCompletedSuccessfully);
        Assert.Equal("job 2", (await Assert.ThrowsAsync<InvalidOperationException>(() => InsertAsync(database, 2, fails: true))).Message);
        Assert.Equal(3, await InsertAsync(database, 3, fails: false));
        Assert.Equal(4L, await database.ReadAsync(session => session.Scalar("SELECT SUM(n) FROM t")));
    }

    [Fact]
    public async Task Concurrent_single_statements_share_a_commit()
    {
        await using var database = await WithTableAsync();
        var ran = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(n =>
                    database.WriteOneAsync(session =>
                    {
                        session.Execute("INSERT INTO t (n) VALUES (?1)", n);
                        return Thread.CurrentThread.Name;
                    })
                )
        );
        Assert.All(ran, thread => Assert.Equal("sqlite :memory:", thread));
        Assert.Equal(20L, await database.ReadAsync(session => session.Scalar("SELECT COUNT(*) FROM t")));
    }

    [Fact]
    public async Task A_write_without_a_waiting_caller_shares_the_next_commit()
    {
        await using var database = await WithTableAsync();
        var later = InsertLaterAsync(database, 1);
        Assert.Equal(2, await InsertAsync(database, 2, fails: false));
        Assert.True(later.IsCompletedSuccessfully);
        Assert.Equal(
            "job 4",
            (
                await Assert.ThrowsAsync<InvalidOperationException>(async () =>
                {
                    later = InsertLaterAsync(database, 3);
                    await InsertAsync(database, 4, fails: true);
                })
            ).Message
        );
        Assert.True(later.IsCompletedSuccessfully);
        Assert.Equal(6L, await database.ReadAsync(session => session.Scalar("SELECT SUM(n) FROM t")));
    }

    [Fact]
    public async Task A_write_without_a_waiting_caller_is_committed_alone_after_the_delay()
    {
        await using var database = await WithTableAsync();
        await Task.WhenAll(InsertLaterAsync(database, 1), InsertLaterAsync(database, 2));
        await InsertLaterAsync(database, 3);
        Assert.Equal(6L, await database.ReadAsync(session => session.Scalar("SELECT SUM(n) FROM t")));
    }

    [Fact]
    public async Task Disposing_one_user_of_a_shared_file_commits_its_delayed_writes()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, "shared.db");
            await using var staying = SqliteDatabase.At(path);
            await staying.WriteAsync(session => session.Execute("CREATE TABLE t (n INTEGER)"));
            var leaving = SqliteDatabase.At(path);
            var later = InsertLaterAsync(leaving, 1);
            await leaving.DisposeAsync();
            Assert.True(later.IsCompletedSuccessfully);
            Assert.Equal(1L, await staying.ReadAsync(session => session.Scalar("SELECT SUM(n) FROM t")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Jobs_of_many_threads_run_exactly_once()
    {
        await using var database = await WithTableAsync();
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(thread =>
                    Task.Run(async () =>
                    {
                        for (var n = 0; n < 200; n++)
                        {
                            await InsertAsync(database, (thread * 200) + n, fails: false);
                        }
                    })
                )
        );
        Assert.Equal(
            (1600L, 1600L),
            (
                await database.ReadAsync(session => session.Scalar("SELECT COUNT(*) FROM t")),
                await database.ReadAsync(session => session.Scalar("SELECT COUNT(DISTINCT n) FROM t"))
            )
        );
    }

    [Fact]
    public async Task A_disposed_database_refuses_writes()
    {
        var database = SqliteDatabase.At(":memory:");
        await database.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            _ = database.WriteAsync(session => 1);
        });
    }

    private static async Task<SqliteDatabase> WithTableAsync()
    {
        var database = SqliteDatabase.At(":memory:");
        await database.WriteAsync(session => session.Execute("CREATE TABLE t (n INTEGER)"));
        return database;
    }

    private static Task<int> InsertLaterAsync(SqliteDatabase database, int n) =>
        database.WriteLaterAsync(session => session.Execute("INSERT INTO t (n) VALUES (?1)", n));

    private static Task<int> InsertAsync(SqliteDatabase database, int n, bool fails) =>
        database.WriteAsync(session =>
        {
            session.Execute("INSERT INTO t (n) VALUES (?1)", n);
            return fails ? throw new InvalidOperationException($"job {n}") : n;
        });
}
