using Servers;

namespace EndToEnd.Systems;

/// <summary>Loopback ports that no other test process has chosen.</summary>
internal static class FreePort
{
    public static int Take() => PortChoice.Take();

    public static bool IsFree(int port) => PortChoice.IsFree(port);
}
