using System.Diagnostics;
using System.Runtime.Versioning;
using Sidecar.Files;
using Sidecar.Names;
using Sidecar.PubSub.Drivers;
using Sidecar.Running;
using Sidecar.Sqlite;

namespace Sidecar.Tests.Blocks;

/// <summary>
/// Customers' data and tokens are in files of one user; a machine may have several users. Windows separates users by default.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class OwnerOnlyTests : IDisposable
{
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Readable =
        Folder | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Writable = Readable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("owner-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Data_folders_and_all_files_in_them_are_created_for_their_owner_alone()
    {
        var data = At("data", "deep");
        await using var database = SqliteDatabase.At(Path.Combine(data, "orders.db"));
        await database.WriteAsync(session => session.Execute("CREATE TABLE t (n INTEGER)"));
        await using var queue = await SqliteQueue.AtAsync(Path.Combine(data, "events.db"));
        new RunRecord(data).TakeOver();

        Assert.All([At("data"), data, Path.Combine(data, ".sidecar")], path =>
            Assert.Equal((path, Folder), (path, new DirectoryInfo(path).UnixFileMode))
        );
        var files = Directory.GetFiles(data, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => file.EndsWith("orders.db-wal", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith("events.db.owner", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith("run.json", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file))));
    }

    [Fact]
    public void The_registry_is_created_for_its_owner_alone_and_made_unreadable_for_others()
    {
        foreach (var path in (string[])[At("new"), Made("readable", Readable)])
        {
            new SidecarRegistry(path).Announce(Announcement.Of("app", 1));

            Assert.Equal(Folder, new DirectoryInfo(path).UnixFileMode);
            Assert.All(Directory.GetFiles(path), file => Assert.False(OwnerOnly.IsExposed(file), file));
        }
    }

    [Fact]
    public void A_registry_that_others_may_write_to_is_refused_with_the_reason()
    {
        var path = Made("open", Writable);

        var refusal = Assert.Throws<InvalidOperationException>(() => new SidecarRegistry(path));

        Assert.Contains($"{path} may be written by others (mode 777)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Remove it", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registry_that_is_a_link_is_refused_with_the_reason()
    {
        var link = At("link");
        Directory.CreateSymbolicLink(link, Made("target", Folder));

        var refusal = Assert.Throws<InvalidOperationException>(() => new SidecarRegistry(link));

        Assert.Contains("is a link to", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registry_of_another_user_is_refused_with_the_reason()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => OwnerOnly.DemandFolder(FolderOfAnotherUser()));

        Assert.Contains("belongs to another user", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_that_is_released_while_another_waits_for_it_is_not_refused()
    {
        var path = At("lock");
        var held = OwnerOnly.Lock(path, FileAccess.ReadWrite, FileShare.None);
        var waiting = Task.Run(() => OwnerOnly.Lock(path, FileAccess.ReadWrite, FileShare.None, TimeSpan.FromMinutes(1)));
        Assert.Throws<IOException>(() => OwnerOnly.Lock(path, FileAccess.ReadWrite, FileShare.None, TimeSpan.Zero));

        await held.DisposeAsync();

        await (await waiting).DisposeAsync();
    }

    /// <summary>Root can change the owner of a folder; for all other users root's folders are another user's.</summary>
    private string FolderOfAnotherUser()
    {
        if (Environment.UserName != "root")
        {
            return "/usr";
        }
        var path = Made("foreign", Folder);
        using var chown = Process.Start("chown", ["65534", path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
        return path;
    }

    private string Made(string name, UnixFileMode mode)
    {
        var path = Directory.CreateDirectory(At(name)).FullName;
        File.SetUnixFileMode(path, mode); // a umask does not count here
        return path;
    }

    private string At(params string[] names) => Path.Combine([folder.FullName, .. names]);
}
