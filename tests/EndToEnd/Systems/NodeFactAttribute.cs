using System.Diagnostics;

namespace EndToEnd.Systems;

/// <summary>Skips the test if Node is not installed.</summary>
internal sealed class NodeFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Node = new(Starts);

    public NodeFactAttribute()
    {
        if (!IsThere)
        {
            Skip = "node is not on the path";
        }
    }

    public static bool IsThere => Node.Value;

    private static bool Starts()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true });
            node!.WaitForExit();
            return node.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
