using System.Runtime.InteropServices;

namespace Load.Reporting;

/// <summary>Where the figures were taken; without that they say little.</summary>
internal sealed record Machine(int Cores, double MemoryGiB, string Os, string DotNet)
{
    public static Machine Here() =>
        new(
            Environment.ProcessorCount,
            Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1),
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription
        );
}
