using Servers;

namespace Conformance.Running;

/// <summary>Loopback ports that no other test process has chosen.</summary>
internal static class Port
{
    public static int Free() => PortChoice.Take();
}
