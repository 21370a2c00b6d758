using Sidecar.Names;
using Sidecar.Yaml;

namespace Sidecar.Tests.Blocks;

public sealed class SidecarRegistryTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("registry-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Find_returns_a_sidecar_that_another_process_announced()
    {
        var (here, elsewhere) = (Open(), Open());
        Assert.Null(here.Find("late"));
        elsewhere.Announce(Announcement.Of("late", 3));

        Assert.Equal(3, here.Find("late")!.Port);
        elsewhere.Withdraw(Announcement.Of("late", 3));
        here.Forget();
        Assert.Null(here.Find("late"));
    }

    [Fact]
    public void FindHost_returns_the_sidecar_whose_app_hosts_the_actor_type()
    {
        var registry = Open();
        registry.Announce(Announcement.Of("counting", 4) with { ActorTypes = ["Counter"] });
        registry.Announce(Announcement.Of("other", 5));

        Assert.Equal("counting", registry.FindHost("Counter")!.AppId);
        Assert.Null(registry.FindHost("Timer"));
    }

    [Fact]
    public void Announcement_of_an_ended_process_is_ignored_and_deleted()
    {
        var registry = Open();
        registry.Announce(new Announcement("dead", 6, Environment.ProcessId, "another start"));

        Assert.Null(registry.Find("dead"));
        Assert.Empty(folder.GetFiles("*.sidecar.json"));
    }

    [Fact]
    public void Reserve_refuses_an_app_id_that_is_running_and_names_its_process()
    {
        var (one, other) = (Open(), Open());
        using (one.Reserve("app"))
        {
            one.Announce(Announcement.Of("app", 7));
            var refusal = Assert.Throws<InvalidConfigurationException>(() => other.Reserve("app"));

            Assert.Contains(
                $"'app' is already running in process {Environment.ProcessId} (internal port 7)",
                refusal.Message,
                StringComparison.Ordinal
            );
            other.Reserve("another").Dispose();
        }
        other.Reserve("app").Dispose(); // released
    }

    private SidecarRegistry Open() => new(folder.FullName);
}
