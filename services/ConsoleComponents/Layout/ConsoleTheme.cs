using MudBlazor;

namespace ConsoleComponents.Layout;

/// <summary>Colours with a contrast of at least 4.5 : 1 in both themes; fonts of the system, so that nothing is loaded from
/// elsewhere.</summary>
public static class ConsoleTheme
{
    private static readonly string[] Fonts =
    [
        "system-ui",
        "-apple-system",
        "Segoe UI",
        "Noto Sans",
        "Noto Sans JP",
        "Hiragino Sans",
        "sans-serif",
    ];

    public static readonly MudTheme Theme = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#1f4fa3",
            PrimaryContrastText = "#ffffff",
            Secondary = "#5b3a8c",
            AppbarBackground = "#14294d",
            AppbarText = "#ffffff",
            Background = "#f5f6f9",
            Surface = "#ffffff",
            TextPrimary = "#1b1f27",
            TextSecondary = "#4a5262",
            DrawerBackground = "#ffffff",
            DrawerText = "#1b1f27",
            Error = "#a3202c",
            ErrorContrastText = "#ffffff",
            Warning = "#7a4b00",
            Success = "#1c6b34",
            Info = "#1f4fa3",
            LinesDefault = "#d3d8e2",
            ActionDefault = "#4a5262",
            TextDisabled = "#5f6675",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#9dbdff",
            PrimaryContrastText = "#0b1526",
            Secondary = "#cdb3ff",
            AppbarBackground = "#0d1a30",
            AppbarText = "#ffffff",
            Background = "#10141c",
            Surface = "#1a202b",
            TextPrimary = "#eef1f7",
            TextSecondary = "#b9c1d0",
            DrawerBackground = "#1a202b",
            DrawerText = "#eef1f7",
            Error = "#ff9aa2",
            ErrorContrastText = "#2b0508",
            Warning = "#ffc877",
            Success = "#86d9a0",
            Info = "#9dbdff",
            LinesDefault = "#3a4356",
            ActionDefault = "#b9c1d0",
            TextDisabled = "#a1a9b8",
        },
        Typography = new Typography { Default = new DefaultTypography { FontFamily = Fonts } },
    };
}
